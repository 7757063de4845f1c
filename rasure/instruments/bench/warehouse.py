"""Empty the bench's own warehouse, and start a second one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
from psycopg import sql

from rasure.settings import Settings

KEPT = {"migrations"}
EMPTIED_SCHEMAS = ("ops", "raw", "quarantine", "linkage", "people", "times", "places")
BUILT_SCHEMAS = ("staging", "core", "marts", "marts_people", "marts_private", "bench")


def empty(connection: psycopg.Connection) -> None:
    """Make the warehouse as if nothing had ever landed; only the geography stays.

    The tables of landing, linkage, decisions, bands and designations are emptied, and
    the schemas that dbt builds are dropped.
    """
    for schema in BUILT_SCHEMAS:
        connection.execute(
            sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
        )
    tables = connection.execute(
        "select schemaname, tablename from pg_tables where schemaname = any(%s)",
        (list(EMPTIED_SCHEMAS),),
    ).fetchall()
    names = [sql.Identifier(*name) for name in tables if name[1] not in KEPT]
    connection.execute(
        sql.SQL("truncate {} restart identity cascade").format(
            sql.SQL(", ").join(names)
        )
    )


@contextmanager
def second_home(name: str) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """A second home inside the bench's own, with a warehouse that runs in the block.

    It yields a context manager; inside that, the settings are those of the second home.
    """
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
