"""`linkage`: seconds to link 500,000 person records, from the relation to golden ids.

A first run with empty linkage tables: read the records, make them comparable, learn the
model, score pairs, resolve and write persons. The floor reads the same records into
DuckDB, groups them by exact legal name and date of birth, and writes the groups back.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from rasure.instruments.bench.measures import Measure, seconds
from rasure.instruments.linkage_quality import hard_set
from rasure.linkage import link, reading
from rasure.linkage.transfer import copy_in

PEOPLE = 235_000  # 500,955 records with the seed below
SEED = 1
RELATION = "bench.person_records"
THREADS = 2


def measure(connection: psycopg.Connection, people: int = PEOPLE) -> Measure:
    """Write the hard set, group it and link it, in the bench's own warehouse.

    The tables of linkage are emptied before.
    """
    hard_set.plant(connection, hard_set.make(people, SEED), RELATION)
    connection.execute(f"analyze {RELATION}")
    empty_linkage(connection)
    floor = seconds(lambda: exact_groups(connection))
    ours = seconds(lambda: link(connection, RELATION, mode="full", threads=THREADS))
    return Measure("linkage", ours, "s", floor)


def exact_groups(connection: psycopg.Connection) -> None:
    """Group by name and date of birth in DuckDB, and write the groups back."""
    connection.execute("drop table if exists bench.exact_groups")
    connection.execute(
        "create table bench.exact_groups (force text, person_id text, person bigint)"
    )
    with (
        TemporaryDirectory(prefix="rasure-bench-") as folder,
        reading.open_duckdb(Path(folder), THREADS) as duck,
    ):
        reading.read_source(connection, duck, RELATION, Path(folder))
        copy_in(
            connection,
            duck,
            "select force, person_id, dense_rank() over ("
            " order by parts(forenames)[1], parts(surnames)[1], date_of_birth)"
            " from source_records",
            "bench.exact_groups",
            Path(folder),
        )


def empty_linkage(connection: psycopg.Connection) -> None:
    """Empty the tables of linkage in the bench's own warehouse."""
    connection.execute(
        "truncate linkage.models, linkage.term_frequencies, linkage.runs,"
        " linkage.crowded_blocks, linkage.persons, linkage.golden_ids, linkage.pairs,"
        " linkage.reviews, linkage.blocks"
    )
