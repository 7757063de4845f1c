"""`land_police_uk`: rows landed a second; the floor is a bare COPY of the same rows.

A landing reads plain files, hashes, parses and checks every row, checks the files,
copies the rows and commits. Loading the libraries (once a process) and writing the Data
Docs (after the commit) are left out.
"""

from __future__ import annotations

import psycopg

from rasure.instruments.bench.deliveries import Rows
from rasure.instruments.bench.floors import copy_all_text
from rasure.instruments.bench.measures import Measure, median, seconds
from rasure.instruments.bench.warehouse import empty
from rasure.landing import land

ROUNDS = 5


def measure(connection: psycopg.Connection, rows: Rows) -> Measure:
    """Land every delivery and COPY the same files, in turn; leave them landed."""
    for delivery in rows.deliveries:
        land("police_uk", delivery)  # the first one pays for loading the libraries
    ours, floors, count = [], [], 0
    for _ in range(ROUNDS):
        floors.append(seconds(lambda: copy_all_text(connection, rows.files)))
        empty(connection)
        landed = [land("police_uk", delivery) for delivery in rows.deliveries]
        ours.append(sum(delivery.seconds for delivery in landed))
        count = sum(delivery.rows_landed for delivery in landed)
    return Measure(
        "land_police_uk",
        count / median(ours),
        "rows/s",
        count / median(floors),
        source="police_uk",
        rows=count,
    )
