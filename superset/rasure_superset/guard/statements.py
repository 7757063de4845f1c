"""Which SQL statements SQL Lab runs: those that only read.

Superset itself refuses statements that write. A `SET` does not write, but it can lift
the limits of a session, and it can change the user name that PostgreSQL's row-level
security goes by.
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
# Superset parses a query and writes it out again. PostgreSQL may then see another end
# of a text with escapes, or of a comment that holds one of these marks.
ESCAPED = {TokenType.BYTE_STRING, TokenType.UNICODE_STRING}
COMMENT_MARK = re.compile(r"\*/|/\*")
# The text after EXPLAIN is sent unparsed. With one of these in it, PostgreSQL may see a
# second statement where the parser saw a text or a comment.
AMBIGUOUS = re.compile(r"[;\\$]|--|/\*")
PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


def only_reads(sql: str) -> bool:
    """True if every statement in `sql` is a query, an EXPLAIN of a query or a SHOW.

    False if `sql` cannot be parsed, or if it reads otherwise once Superset has parsed
    it and written it out again.
    """
    try:
        if any(_is_ambiguous(token) for token in sqlglot.tokenize(sql, read=POSTGRES)):
            return False
        statements = _parse(sql)
        rewritten = ";\n".join(
            statement.sql(dialect=POSTGRES) for statement in statements
        )
        parsed_again = _parse(rewritten)
    except SqlglotError:
        return False
    return len(parsed_again) == len(statements) and all(
        _statement_reads(statement) for statement in [*statements, *parsed_again]
    )


def is_plain_name(name: str | None) -> bool:
    """True if a schema or catalog is not given, or needs no quoting.

    Superset puts it between quotes, unescaped, into the first statement of a session.
    """
    return not name or PLAIN_NAME.fullmatch(name) is not None


def _parse(sql: str) -> list[exp.Expression]:
    statements = sqlglot.parse(sql, dialect=POSTGRES)
    return [statement for statement in statements if statement]


def _is_ambiguous(token: Token) -> bool:
    """True if PostgreSQL may see the end of this text or comment elsewhere."""
    return token.token_type in ESCAPED or any(
        COMMENT_MARK.search(comment) for comment in token.comments
    )


def _statement_reads(statement: exp.Expression) -> bool:
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
    return isinstance(explained, exp.Query) and _statement_reads(explained)
