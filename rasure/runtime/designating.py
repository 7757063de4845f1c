"""The designation as the line runs it: once for each day of the data."""

from __future__ import annotations

import psycopg

from rasure import runs
from rasure.transform import state


def designate_due(connection: psycopg.Connection, always: bool = False) -> bool:
    """Designate every force when the data are of another day than the last time, or
    `always`; returns True if it did.

    No transform runs meanwhile: it would take the models away under the ranking.
    """
    from rasure.places import designate_all

    with runs.exclusive(connection, "designate", say=print):
        day = state.day_of_data(connection)
        if not always and state.is_built_from(connection, state.DESIGNATION, day):
            return False
        designate_all(connection)
        state.keep_built_from(connection, state.DESIGNATION, day)
    return True
