"""The steps of a transform that are not dbt's: linkage, the network, the bands.

Each says what it did in a sentence of counts. What is drawn or joined again only when
its inputs have changed keeps their fingerprint in `ops.step_inputs`, in the transaction
that changes its rows.
"""

from __future__ import annotations

from hashlib import sha256

import psycopg

from rasure.transform import inputs as inputs_of

TIMES = """
    select concat_ws(' ',
        (select sum(hashtext(events::text)::bigint)
        from core.int_event_times as events),
        (select sum(hashtext(subjects::text)::bigint)
        from core.int_time_subjects as subjects),
        (select sum(hashtext(hours::text)::bigint) from core.hour_exposure as hours),
        (select sum(hashtext(held::text)::bigint) from reference.top_hours as held),
        (select count(*) from times.bands)
    )
"""


def link_persons(connection: psycopg.Connection) -> str:
    """Bring the golden ids up to date with the person records."""
    from rasure.linkage.changes import link_changes

    report = link_changes(connection)
    if report is None:
        return "nothing has changed"
    return (
        f"{report.records:,} records of {report.persons:,} persons, "
        f"{report.records_changed:,} new or changed ({report.kind}, "
        f"{report.seconds:.1f} s)"
    )


def erase_gone(connection: psycopg.Connection) -> str:
    """Erase decisions on people, and their places in the network, who are gone."""
    from rasure.people.decisions import forget_gone

    with connection.transaction():
        gone = forget_gone(connection)
    return f"{gone:,} decisions and places erased of people who are gone"


def join_network(connection: psycopg.Connection) -> str:
    """Join who was suspected together."""
    from rasure.people.network import joined, refresh

    with connection.transaction():
        occurrences = joined(connection)
        inputs = sha256(repr(occurrences).encode()).hexdigest()
        if not _changed(connection, "network", inputs):
            return "nothing has changed"
        people = refresh(connection, occurrences)
    return f"{people:,} people joined"


def draw_bands(connection: psycopg.Connection) -> str:
    """Draw the bands of the hours again where any event or definition has changed."""
    from rasure.times.errors import NoTimes
    from rasure.times.store import refresh

    (inputs,) = connection.execute(TIMES).fetchone()
    with connection.transaction():
        if not _changed(connection, "bands", inputs):
            return "nothing has changed"
        try:
            rows = refresh(connection)
        except NoTimes:
            return "no event has a time"
        (inputs,) = connection.execute(TIMES).fetchone()
        inputs_of.keep(connection, "bands", inputs)
    return f"{rows['bands']:,} bands drawn"


def _changed(connection: psycopg.Connection, step: str, inputs: str) -> bool:
    """Whether a step's inputs are others than at its last time; keeps them."""
    known = inputs_of.known(connection, step)
    inputs_of.keep(connection, step, inputs)
    return known != inputs
