"""What no model owns any more: tables of an earlier version, changes that were taken.

Either can hold ids of people or occurrences that have been erased everywhere else.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from rasure.transform.dbt import PROJECT

SCHEMAS = ("staging", "core", "marts", "marts_people", "reference")  # dbt's own
RELATIONS = """
    select schemas.nspname, relations.relname, relations.relkind = 'v'
    from pg_class as relations
    inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
    where schemas.nspname = any(%s) and relations.relkind in ('r', 'v')
        and relations.relname <> all(%s)
        and relations.relname in (
            select node from ops.dbt_runs where resource_type in ('model', 'seed')
        )
    order by 1, 2
"""
CHANGED = """
    select table_name from information_schema.tables
    where table_schema = 'core' and table_name like 'int_niche_changed_%'
"""
# Who is linked to whom, and in which cells crimes are to be counted anew, is logged in
# the midst of core, for those that come after it.
ALL_TAKEN = """
    select coalesce(min(marks.batch) >= (
        select max(changes.batch) from ops.niche_changes as changes
        where coalesce(changes.subject, '') not in (
            'golden_id', 'linked_person_id', 'cell'
        )
    ), true)
    from ops.niche_marks as marks
"""
FORGET = """
    update ops.niche_marks set batch = (select last_value from ops.niche_batches)
    where batch is not null;
    delete from ops.niche_changes
"""


def drop_unowned(connection: psycopg.Connection) -> list[str]:
    """Drop what dbt once built and is no model or seed of the project now; the names.
    What others keep in these schemas is theirs."""
    owned = [
        file.stem
        for folder, suffix in (("models", "sql"), ("seeds", "csv"))
        for file in (PROJECT / folder).rglob(f"*.{suffix}")
    ]
    found = connection.execute(RELATIONS, (list(SCHEMAS), owned)).fetchall()
    for schema, name, is_view in found:
        kind = sql.SQL("view" if is_view else "table")
        connection.execute(
            sql.SQL("drop {} if exists {} cascade").format(
                kind, sql.Identifier(schema, name)
            )
        )
    connection.execute(
        "delete from ops.niche_marks where model <> all(%s)", ([*owned, "linkage"],)
    )
    return [f"{schema}.{name}" for schema, name, _ in found]


def forget_taken(connection: psycopg.Connection) -> str:
    """Forget the changes, and the ids they name, when every model has taken them."""
    with connection.transaction():
        if not connection.execute(ALL_TAKEN).fetchone()[0]:
            return "changes are kept for a model that has not taken them"
        connection.execute(FORGET)
        for (table,) in connection.execute(CHANGED).fetchall():
            emptied = sql.SQL("delete from {}").format(sql.Identifier("core", table))
            connection.execute(emptied)
    return "no change is left that a model has not taken"
