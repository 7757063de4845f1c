"""`shuffled_days`: the tables that differ between incremental and full builds.

A year of the simulated force is landed, then 30 daily deltas in shuffled order, two of
them twice, with a transform after each; then everything is rebuilt. Every table that
dbt builds is compared, row for row.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psycopg
from psycopg import sql

from rasure import geography
from rasure.database import connect
from rasure.errors import RasureError
from rasure.instruments.bench.measures import Measure
from rasure.instruments.bench.niche import FORCE, SOURCE, Say, simulate
from rasure.instruments.simulate import delta
from rasure.landing import land
from rasure.transform import pipeline

DAYS = 30
REPEATED = (4, 9)  # the positions of the shuffled days that come twice
SEED = 7
BUILT_SCHEMAS = ("staging", "core", "marts", "marts_people", "marts_private")
COLUMNS = """
    select schemaname, tablename, array_agg(column_name::text order by column_name)
    from pg_tables
    inner join information_schema.columns
        on schemaname = table_schema and tablename = table_name
    where schemaname = any(%s)
    group by schemaname, tablename
"""
# The number of rows of a table, and a sum of their hashes, whatever their order.
CONTENT = """
    select count(*), coalesce(sum(hashtextextended(row({columns})::text, 0)), 0)
    from {table}
"""


class RebuildDiffers(RasureError):
    """Tables differ from those of a full rebuild."""


def measure(folder: Path, say: Say) -> Measure:
    """The number of tables that differ; `rows` of the measure is the rows compared.

    The warehouse must be empty. Raises `RebuildDiffers`, with the names of the tables
    that differ.
    """
    history, _ = simulate(folder, 1)
    with connect("rasure bench", autocommit=True) as connection:
        land(SOURCE, history.delivery)
        geography.build(connection, FORCE)
    pipeline.run()
    order = _shuffled([delta.write_day(folder, lambda text: None) for _ in range(DAYS)])
    for place, delivery in enumerate(order, start=1):
        landed = land(SOURCE, delivery)
        pipeline.run(say=lambda line: None)
        say(f"{place} of {len(order)}: {delivery.name}, {landed.rows_landed:,} rows")
    with connect("rasure bench", autocommit=True) as connection:
        built = contents(connection)
        pipeline.run(full_refresh=True)
        rebuilt = contents(connection)
    names = sorted(built.keys() | rebuilt.keys())
    differing = [name for name in names if built.get(name) != rebuilt.get(name)]
    if differing:
        raise RebuildDiffers(
            f"Of {len(names)} tables these differ from a full rebuild: "
            f"{', '.join(differing)}"
        )
    rows = sum(rows for rows, _ in built.values())
    return Measure("shuffled_days", len(differing), "tables", source=SOURCE, rows=rows)


def contents(connection: psycopg.Connection) -> dict[str, tuple[int, int]]:
    """The number of rows and the sum of their hashes, for each table that dbt built."""
    return {
        f"{schema}.{name}": connection.execute(
            sql.SQL(CONTENT).format(
                table=sql.Identifier(schema, name),
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            )
        ).fetchone()
        for schema, name, columns in connection.execute(COLUMNS, (list(BUILT_SCHEMAS),))
    }


def _shuffled(days: list[Path]) -> list[Path]:
    """The days in random order; two of them come twice."""
    chance = np.random.default_rng(SEED)
    order = [days[place] for place in chance.permutation(len(days))]
    third = len(order) // 3
    rest = [*order[third:], *(order[place] for place in REPEATED)]
    return [*order[:third], *(rest[place] for place in chance.permutation(len(rest)))]
