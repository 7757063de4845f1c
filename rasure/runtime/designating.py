"""The designation as the line runs it: once for each day of the data, not each delta.

Hot places are chosen from years of crime and hold for months; an extract every few
minutes would choose the same again, and keep a small machine from showing the next one.
Published crime files are designated anew whenever one has landed.
"""

from __future__ import annotations

import psycopg

from rasure.transform.running import only_one

STEP = "designation"
WAIT_SECONDS = 1800
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
KNOWN = "select inputs from ops.step_inputs where step = %s"
KEEP = """
    insert into ops.step_inputs (step, inputs) values (%s, %s)
    on conflict (step) do update set inputs = excluded.inputs, done_at = now()
"""


def designate_due(connection: psycopg.Connection, always: bool = False) -> bool:
    """Designate every force when the data are of another day than the last time, or
    `always`; returns whether it did.

    No transform runs meanwhile: it would take the models away under the ranking.
    """
    from rasure.places import designate_all

    with only_one(connection, WAIT_SECONDS, print):
        (day,) = connection.execute(DAY_OF_DATA).fetchone()
        if not always and connection.execute(KNOWN, (STEP,)).fetchone() == (day,):
            return False
        designate_all(connection)
        connection.execute(KEEP, (STEP, day))
    return True
