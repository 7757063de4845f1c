"""Which statements SQL Lab runs: those that read.

Superset refuses what writes; a `SET` writes nothing and still undoes the limits of a
session, and the name by which PostgreSQL knows who asks.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

READING_COMMANDS = {"EXPLAIN", "SHOW"}


def only_read(sql: str) -> bool:
    """Whether every statement of `sql` is a query, or explains or shows something.

    What cannot be parsed is not known to be one.
    """
    try:
        statements = [s for s in sqlglot.parse(sql, dialect="postgres") if s]
    except SqlglotError:
        return False
    return all(_reads(statement) for statement in statements)


def _reads(statement: exp.Expression) -> bool:
    if isinstance(statement, exp.Command):
        return statement.name.upper() in READING_COMMANDS
    return isinstance(statement, exp.Query) and not statement.find(exp.Into)
