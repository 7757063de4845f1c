"""The bench's own warehouse, emptied: as if nothing had ever landed there."""

from __future__ import annotations

import psycopg
from psycopg import sql

KEPT = {"migrations"}
EMPTIED = ("ops", "raw", "quarantine", "linkage", "people", "times", "places")
BUILT = ("staging", "core", "marts", "marts_people", "bench")


def forget(connection: psycopg.Connection) -> None:
    """Empty everything that landed, was linked, drawn or designated (tombstones and
    marks of how far a model has come too), and drop what dbt built. The geography
    stays."""
    for schema in BUILT:
        connection.execute(
            sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
        )
    tables = connection.execute(
        "select schemaname, tablename from pg_tables where schemaname = any(%s)",
        (list(EMPTIED),),
    ).fetchall()
    names = [sql.Identifier(*name) for name in tables if name[1] not in KEPT]
    connection.execute(
        sql.SQL("truncate {} restart identity cascade").format(
            sql.SQL(", ").join(names)
        )
    )
