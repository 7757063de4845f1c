"""The bench's own warehouse, emptied: as if nothing had ever landed there; and a second
one beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
from psycopg import sql

from rasure.settings import Settings

KEPT = {"migrations"}
EMPTIED = ("ops", "raw", "quarantine", "linkage", "people", "times", "places")
BUILT = ("staging", "core", "marts", "marts_people", "marts_private", "bench")


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


@contextmanager
def beside(name: str) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """A second home of this `name` inside the bench's own, with a warehouse that is up
    for a while; settings are its own inside what it yields, called."""
    from rasure.runtime.up import down, up

    own = Settings.load().home

    @contextmanager
    def inside() -> Iterator[None]:
        os.environ["RASURE_HOME"] = str(own / name)
        try:
            yield
        finally:
            os.environ["RASURE_HOME"] = str(own)

    with inside():
        up(("postgres",), lambda text: None)
    try:
        yield inside
    finally:
        with inside():
            down(lambda text: None)
