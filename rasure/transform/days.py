"""The day of the data: some work is done once for each, and not with each delta.

Hot places hold for months, and who was suspected together changes little in an hour; an
extract every few minutes would find the same again, and keep a small machine from
showing the next one. Published crime files begin a new day whenever one has landed.
"""

from __future__ import annotations

import psycopg

from rasure.transform import inputs

STEP = "designation"  # its last day is kept in ops.step_inputs
DAY_OF_DATA = """
    select coalesce(string_agg(concat_ws(' ', source, told), ', ' order by source), '')
    from (
        select
            source,
            case
                when source = 'niche_rms'
                    then max((extracted_at at time zone 'UTC')::date)::text
                else max(load_id)::text
            end as told
        from ops.deliveries
        where state = 'landed'
        group by source
    ) as landed
"""


def day_of_data(connection: psycopg.Connection) -> str:
    """The day of the newest delivery of each source, as one text."""
    return connection.execute(DAY_OF_DATA).fetchone()[0]


def is_new(connection: psycopg.Connection) -> bool:
    """Whether the data are of another day than at the last designation."""
    return inputs.known(connection, STEP) != day_of_data(connection)


def keep(connection: psycopg.Connection) -> None:
    """Remember that what is done once a day has been done for this one."""
    inputs.keep(connection, STEP, day_of_data(connection))
