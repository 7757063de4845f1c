"""Marts change together: they are built apart and take the place of the old ones at
once.

dbt builds the marts of a transform in schemas whose names end with `_next`. When all of
them and their tests have passed, one transaction renames the schemas; until then, and
for good when a mart or a test fails, everybody reads those of the last good transform.

`rasure_reader` owns nothing and reads `marts` only; `rasure_people_reader` reads
`marts_people` too, where the lists of people are. Nobody reads `marts_private`, which
holds the tables that views of the marts stand on. `rasure up` makes the roles; a role
that does not exist is granted nothing.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

READER = "rasure_reader"
PEOPLE_READER = "rasure_people_reader"
SCHEMAS = ("marts", "marts_people", "marts_private")
READERS = {READER: ("marts",), PEOPLE_READER: ("marts", "marts_people")}
NEXT = "_next"  # dbt appends it to the names of SCHEMAS (macro `generate_schema_name`)
FORMER = "_former"
GRANTS = (
    "grant usage on schema {schema} to {role}",
    "grant select on all tables in schema {schema} to {role}",
    "alter default privileges in schema {schema} grant select on tables to {role}",
)


def prepare(connection: psycopg.Connection) -> None:
    """Make empty schemas for the marts to be built in."""
    for schema in SCHEMAS:
        for suffix in (NEXT, FORMER):
            _drop(connection, schema + suffix)
        connection.execute(
            sql.SQL("create schema {}").format(sql.Identifier(schema + NEXT))
        )


def publish(connection: psycopg.Connection) -> None:
    """Let the new marts take the place of the old ones, in the caller's transaction."""
    for schema in SCHEMAS:
        connection.execute(
            sql.SQL("create schema if not exists {}").format(sql.Identifier(schema))
        )
        for before, after in ((schema, schema + FORMER), (schema + NEXT, schema)):
            connection.execute(
                sql.SQL("alter schema {} rename to {}").format(
                    sql.Identifier(before), sql.Identifier(after)
                )
            )
    grant_readers(connection)


def drop_former(connection: psycopg.Connection) -> None:
    """Drop the marts that were replaced; it waits for the queries that still read them,
    and nobody waits for it."""
    for schema in SCHEMAS:
        _drop(connection, schema + FORMER)


def grant_readers(connection: psycopg.Connection, role: str | None = None) -> bool:
    """Let `role`, or each reader when none is named, read every table it may read, also
    those that are made later. Returns False when there is no such role."""
    roles = connection.execute(
        "select rolname from pg_roles where rolname = any(%s)",
        ([role] if role else list(READERS),),
    ).fetchall()
    with connection.transaction():
        for (name,) in roles:
            for schema in READERS[name]:
                names = {"schema": sql.Identifier(schema), "role": sql.Identifier(name)}
                connection.execute(
                    sql.SQL("create schema if not exists {schema}").format(**names)
                )
                for statement in GRANTS:
                    connection.execute(sql.SQL(statement).format(**names))
    return bool(roles)


def _drop(connection: psycopg.Connection, schema: str) -> None:
    connection.execute(
        sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
    )
