"""The designation as the DAG runs it: once for each day of the data."""

from __future__ import annotations

import psycopg

from rasure import runs
from rasure.places.definition import Definition, ZoneDefinition
from rasure.transform import state


def designate_due(connection: psycopg.Connection, always: bool = False) -> bool:
    """Designate every force if the day of the data, or the definition of hot places,
    has changed; returns True if it did.

    `always` designates in any case. No transform runs during a designation: it
    would replace the tables that the ranking reads.
    """
    from rasure.places import designate_all

    with runs.exclusive(connection, "designate", say=print):
        sources = [
            *state.day_of_data(connection),
            str(Definition.load()),
            str(ZoneDefinition.load()),
        ]
        if not always and state.is_built_from(connection, state.DESIGNATION, sources):
            return False
        designate_all(connection)
        state.keep_built_from(connection, state.DESIGNATION, sources)
    return True
