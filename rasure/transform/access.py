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


def grant_reader(connection: psycopg.Connection, role: str | None = None) -> bool:
    """Let `role`, or each reader when none is named, read every table it may read.

    Also those that are made later: dbt replaces a mart by a new table, so the right is
    a default of the schema and there is no moment without it. Returns False when there
    is no such role.
    """
    found = connection.execute(
        "select rolname from pg_roles where rolname = any(%s)",
        ([role] if role else list(SCHEMAS),),
    ).fetchall()
    with connection.transaction():
        for (name,) in found:
            for schema in SCHEMAS[name]:
                names = {"schema": sql.Identifier(schema), "role": sql.Identifier(name)}
                for statement in STATEMENTS:
                    connection.execute(sql.SQL(statement).format(**names))
    return bool(found)
