"""The text of the database's errors quotes no row."""

from __future__ import annotations

import pytest

from rasure.errors import without_values

WORD = "Zebedee"
ERRORS = {
    "a key": f'duplicate key value violates unique constraint "a"\n'
    f"DETAIL:  Key (name)=({WORD}) already exists.",
    "a row": f'null value in column "id" violates not-null constraint\n'
    f"DETAIL:  Failing row contains (7, {WORD},\n{WORD}).",
    "a line of a file": f'missing data for column "a"\n'
    f'CONTEXT:  COPY persons, line 3: "{WORD}"',
    "a value": f'invalid input syntax for type date: "{WORD}"',
    "a value with quotes": f'invalid input syntax for type integer: "a "{WORD}" b"',
    "a value in a model": f"Database Error in model a (models/a.sql)\n"
    f'  invalid input syntax for type date: "{WORD}"\n'
    f"  compiled code at target/a.sql",
    "a key in a model": f"Database Error in model a (models/a.sql)\n"
    f"  duplicate key value\n  DETAIL:  Key (a)=({WORD}) already exists.\n"
    f"  compiled code at target/a.sql",
    "a statement": f"syntax error\nLINE 1: select '{WORD}'\n               ^",
    "a query in a function": f"error\nCONTEXT:  SQL statement \"select '{WORD}'\"\n"
    f"PL/pgSQL function f() line 1",
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_no_value_of_a_row_is_left(error):
    left = without_values(error)
    assert WORD not in left
    assert left.split("\n")[0].startswith(error.split("\n")[0][:12])


def test_what_is_no_value_stays():
    for text in (
        'relation "core.fct_crime" does not exist',
        'column "a" of relation "b" contains null values\nHINT:  Mend it.',
        "3 of 9 OK created sql table model core.a",
        "delivery d.zip, file a.csv: expected 9 columns",
    ):
        assert without_values(text) == text
    kept = without_values(ERRORS["a key in a model"])
    assert kept.endswith("compiled code at target/a.sql")
