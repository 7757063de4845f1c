"""Who may read the marts.

`rasure_reader` owns nothing and reads `marts` only; `rasure_people_reader` reads
`marts_people` too, where the lists of people are. They are made by `rasure up`; where a
role does not exist there is nothing to grant.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

READER = "rasure_reader"
PEOPLE_READER = "rasure_people_reader"
SCHEMAS = {READER: ("marts",), PEOPLE_READER: ("marts", "marts_people")}
STATEMENTS = (
    "create schema if not exists {schema}",
    "grant usage on schema {schema} to {role}",
    "grant select on all tables in schema {schema} to {role}",
    "alter default privileges in schema {schema} grant select on tables to {role}",
)


def grant_readers(connection: psycopg.Connection) -> None:
    """Give each reader that exists the schemas it may read."""
    for role, schemas in SCHEMAS.items():
        grant_reader(connection, role, schemas)


def grant_reader(
    connection: psycopg.Connection,
    role: str = READER,
    schemas: tuple[str, ...] = SCHEMAS[READER],
) -> bool:
    """Let `role` read every table of `schemas`, also those that are made later.

    dbt replaces a mart by a new table, so the right is a default of the schema and
    there is no moment without it. Returns False when the role does not exist.
    """
    found = connection.execute("select from pg_roles where rolname = %s", (role,))
    if found.fetchone() is None:
        return False
    with connection.transaction():
        for schema in schemas:
            names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
            for statement in STATEMENTS:
                connection.execute(sql.SQL(statement).format(**names))
    return True
