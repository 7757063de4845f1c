"""Who may read the marts.

`rasure_reader` owns nothing and reads the marts only. It is made by `rasure up`; where
it does not exist there is nothing to grant.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

READER = "rasure_reader"


def grant_reader(connection: psycopg.Connection, role: str = READER) -> bool:
    """Let `role` read every table of `marts`, also those that are made later.

    dbt replaces a mart by a new table, so the right is a default of the schema and
    there is no moment without it. Returns False when the role does not exist.
    """
    found = connection.execute("select from pg_roles where rolname = %s", (role,))
    if found.fetchone() is None:
        return False
    reader = sql.Identifier(role)
    with connection.transaction():
        for statement in (
            "create schema if not exists marts",
            "grant usage on schema marts to {role}",
            "grant select on all tables in schema marts to {role}",
            "alter default privileges in schema marts grant select on tables to {role}",
        ):
            connection.execute(sql.SQL(statement).format(role=reader))
    return True
