"""The designation as the DAG runs it: once for each day of the data."""

from __future__ import annotations

import psycopg

from rasure import runs
from rasure.transform import state


def designate_due(connection: psycopg.Connection, always: bool = False) -> bool:
    """Designate every force if the day of the data has changed; returns True if it did.

    `always` designates on the same day too. No transform runs during a designation: it
    would replace the tables that the ranking reads.
    """
    from rasure.places import designate_all

    with runs.exclusive(connection, "designate", say=print):
        day = state.day_of_data(connection)
        if not always and state.is_built_from(connection, state.DESIGNATION, day):
            return False
        designate_all(connection)
        state.keep_built_from(connection, state.DESIGNATION, day)
    return True
