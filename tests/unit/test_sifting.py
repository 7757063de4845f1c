"""Rows with line breaks in their fields are told apart, and unsound ones sifted out."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rasure.landing.sifting import end_of_rows, sift

FIELD = some.text(alphabet='ab,"\n\\.', max_size=6)
ROWS = some.lists(some.lists(FIELD, min_size=2, max_size=3), max_size=8)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@given(ROWS)
def test_well_written_rows_are_all_sound_and_counted(rows):
    text = written(rows)
    sifted = sift(text, 1_000)
    assert (sifted.rows, sifted.faults) == (len(rows), [])
    assert sifted.sound == text


@given(ROWS, some.integers(0, 60))
def test_a_block_ends_where_a_row_does(rows, length):
    text = written(rows)
    ends = [len(written(rows[:count])) for count in range(len(rows) + 1)]
    assert end_of_rows(text[:length]) == max(end for end in ends if end <= length)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'2,a "b" c', "UNQUOTED VALUE"),
        (b'2,"b" c', "UNQUOTED VALUE"),
        (b'2,b"x"', "UNQUOTED VALUE"),
        (b'2,""x', "UNQUOTED VALUE"),
        (b"2,a\rb", "LONE RETURN"),
        (b"2," + b"x" * 30, "LINE SIZE OVER MAXIMUM"),
    ],
)
def test_an_unsound_row_is_set_aside_with_its_place(row, reason):
    text = b'1,"a\n\nb"\n\n' + row + b"\n3,c\n"
    sifted = sift(text, 20)
    assert sifted.sound == b'1,"a\n\nb"\n3,c\n'
    assert (sifted.rows, sifted.faults) == (3, [(1, reason, row)])


@pytest.mark.parametrize("row", [b'1,""', b'1,""""', b'"",""', b'1,"a\rb"', b'"1","a"'])
def test_quotes_in_their_places_are_sound(row):
    assert sift(row + b"\n", 20).faults == []


def test_nothing_is_nothing():
    assert sift(b"", 20).rows == 0
    assert end_of_rows(b"") == 0
    assert end_of_rows(b'1,"open\n2,b\n') == 0
