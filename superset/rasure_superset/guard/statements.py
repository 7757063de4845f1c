"""Which statements SQL Lab runs: those that read.

Superset refuses what writes; a `SET` writes nothing and still undoes the limits of a
session, and the name by which PostgreSQL knows who asks.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

POSTGRES = "postgres"
WRITING = (exp.Into, exp.Insert, exp.Update, exp.Delete, exp.Merge)
SHOW = re.compile(r"[a-z_]+(\.[a-z_]+)?", re.IGNORECASE)
OPTIONS = re.compile(r"(\([\w ,]*\)\s*|(analyze|verbose)\s+)*", re.IGNORECASE)
# A query is written anew from what was read of it: texts with escapes, and comments,
# may end elsewhere then.
ESCAPED = {TokenType.BYTE_STRING, TokenType.UNICODE_STRING}
MARK = re.compile(r"\*/|/\*")
# A command goes out as it came, and there PostgreSQL could read a statement where we
# see a text or a comment.
AMBIGUOUS = re.compile(r"[;\\$]|--|/\*")
# What a session is set to before its first statement, in quotes that nobody doubles.
NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


def only_read(sql: str) -> bool:
    """Whether every statement of `sql` is a query, or explains or shows something.

    What cannot be parsed is not known to be one.
    """
    try:
        if any(_is_doubtful(token) for token in sqlglot.tokenize(sql, read=POSTGRES)):
            return False
        statements = _parsed(sql)
        written = [statement.sql(dialect=POSTGRES) for statement in statements]
        again = _parsed(";\n".join(written))
    except SqlglotError:
        return False
    return len(again) == len(statements) and all(map(_reads, [*statements, *again]))


def is_name(text: str | None) -> bool:
    """Whether a schema or a catalog is a plain name, or none at all."""
    return not text or NAME.fullmatch(text) is not None


def _parsed(sql: str) -> list[exp.Expression]:
    return [s for s in sqlglot.parse(sql, dialect=POSTGRES) if s]


def _is_doubtful(token: Token) -> bool:
    """Whether PostgreSQL may see the end of a text or a comment elsewhere than we do,
    once Superset has written it anew."""
    is_escaped = token.token_type in ESCAPED
    return is_escaped or any(MARK.search(comment) for comment in token.comments)


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
        explained = sqlglot.parse_one(OPTIONS.sub("", rest, count=1), dialect=POSTGRES)
    except SqlglotError:
        return False
    return isinstance(explained, exp.Query) and _reads(explained)
