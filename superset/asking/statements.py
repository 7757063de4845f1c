"""Which statements SQL Lab runs: those that read.

Superset refuses what writes; a `SET` writes nothing and still undoes the limits of a
session, and the name by which PostgreSQL knows who asks.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

WRITING = (exp.Into, exp.Insert, exp.Update, exp.Delete, exp.Merge)
SHOW = re.compile(r"[a-z_]+(\.[a-z_]+)?", re.IGNORECASE)
OPTIONS = re.compile(r"(\([\w ,]*\)\s*|(analyze|verbose)\s+)*", re.IGNORECASE)
# A query is written anew from what was read of it; a command goes out as it came, and
# there PostgreSQL could read a statement where we see a text or a comment.
AMBIGUOUS = re.compile(r"[;\\$]|--|/\*")
# What a session is set to before its first statement, in quotes that nobody doubles.
NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


def only_read(sql: str) -> bool:
    """Whether every statement of `sql` is a query, or explains or shows something.

    What cannot be parsed is not known to be one.
    """
    try:
        statements = [s for s in sqlglot.parse(sql, dialect="postgres") if s]
    except SqlglotError:
        return False
    return all(_reads(statement) for statement in statements)


def is_name(text: str | None) -> bool:
    """Whether a schema or a catalog is a plain name, or none at all."""
    return not text or NAME.fullmatch(text) is not None


def _reads(statement: exp.Expression) -> bool:
    if isinstance(statement, exp.Command):
        return _command_reads(statement.name.upper(), statement.text("expression"))
    return isinstance(statement, exp.Query) and not statement.find(*WRITING)


def _command_reads(name: str, rest: str) -> bool:
    rest = rest.strip()
    if name == "SHOW":
        return SHOW.fullmatch(rest) is not None
    if name != "EXPLAIN" or AMBIGUOUS.search(rest):
        return False
    try:
        explained = sqlglot.parse_one(
            OPTIONS.sub("", rest, count=1), dialect="postgres"
        )
    except SqlglotError:
        return False
    return isinstance(explained, exp.Query) and _reads(explained)
