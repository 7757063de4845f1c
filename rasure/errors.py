"""The errors that an operator can act on.

Everything that Rasure raises on purpose descends from `RasureError`. Its message is a
plain sentence that says what to do and holds no value of a person's record. The command
line prints that sentence and exits with the error's code; it catches nothing else.

PostgreSQL's own errors quote the row at fault. `without_values` takes that out of every
text of the database that is printed, logged or stored.
"""

from __future__ import annotations

import re

# What PostgreSQL adds to an error: the row in DETAIL, a line of a file in CONTEXT.
TELLS_A_ROW = re.compile(
    r"^[ \t]*(DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):.*"
    r"(\n(?![ \t]*(HINT|ERROR|[Cc]ompiled code)\b)(?![ \t]*\d+ of \d+).+)*\n?",
    re.MULTILINE,
)
# The value at the end of `invalid input syntax for type date: "31/11/2026"`.
VALUE_AT_END = re.compile(r': "(?:[^"\n]|"(?!\s*(?:\n|$)))*"(?=\s*(?:\n|$))')
FAILING_ROW = re.compile(r"(Failing row contains|Key \(.*?\)=) ?\(.*\)")


def without_values(text: str) -> str:
    """The text of an error of the database without what may be of a row: the parts
    DETAIL, CONTEXT and QUERY, and the value that a type could not take.

    >>> without_values('duplicate key\nDETAIL:  Key (id)=(7) already exists.')
    'duplicate key'
    """
    text = TELLS_A_ROW.sub("", text)
    text = FAILING_ROW.sub(r"\1 (…)", text)
    return VALUE_AT_END.sub(": …", text).strip("\n")


class RasureError(Exception):
    """A fault that the operator can correct; `exit_code` is that of the command."""

    exit_code = 1


class SetupError(RasureError):
    """The machine, the settings or a service does not meet a requirement of Rasure."""

    exit_code = 3
