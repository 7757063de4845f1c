"""The designation as the line runs it: once for each day of the data."""

from __future__ import annotations

import psycopg

from rasure.transform import days
from rasure.transform.running import only_one

WAIT_SECONDS = 1800


def designate_due(connection: psycopg.Connection, always: bool = False) -> bool:
    """Designate every force when the data are of another day than the last time, or
    `always`; returns whether it did.

    No transform runs meanwhile: it would take the models away under the ranking.
    """
    from rasure.places import designate_all

    with only_one(connection, WAIT_SECONDS, print):
        if not always and not days.is_new(connection):
            return False
        designate_all(connection)
        days.keep(connection)
    return True
