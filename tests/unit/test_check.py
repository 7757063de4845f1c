"""Good rows keep their fields and numbers, whatever is wrong with other rows."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rasure.landing.check import RowChecker
from rasure.landing.delivery import Member
from rasure.landing.unpack import unpack
from rasure.sources.contract import Column, FileKind, RowRule

KIND = FileKind(
    name="made up",
    table="nowhere",
    columns=(Column("A", "a"), Column("B", "b"), Column("C", "c")),
    rules=(
        RowRule("A: expected good, found bad", "a = 'bad'"),
        RowRule("B: expected b, found another", "b = 'a'"),
    ),
    has_line_breaks=True,
)
FIELD = some.text(alphabet='ab,"\n', max_size=5)
FATES = ("good", "bad", "short", "misplaced")
REASONS = {
    "bad": "A: expected good, found bad",
    "short": "row: expected 3 fields, found fewer",
    "misplaced": "row: expected balanced quotes, found a quote left open",
}


def written(fields: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue().removesuffix("\n")


def line(fate: str, fields: list[str]) -> str:
    """A row of this fate, without its line end."""
    return {
        "good": written(["good", *fields]),
        "bad": written(["bad", *fields]),
        "short": written(["good", fields[0]]),
        "misplaced": written(["good", fields[0]]) + ',a "quote" in it',
    }[fate]


def check(folder: Path, lines: list[str], kind: FileKind = KIND):
    """Unpack and check a file of these rows; returns the outcome."""
    file = folder / "made_up.csv"
    file.write_text("\n".join(["A,B,C", *lines, ""]), newline="")
    work = folder / "work"
    work.mkdir(exist_ok=True)
    unpacked = unpack(
        Member(file.name, file.stat().st_size, partial(file.open, "rb")),
        "made up",
        work,
        kind,
    )
    return RowChecker(work).check(unpacked, kind, None)


def good_rows(rows) -> dict[int, list[str]]:
    """The fields of the rows that are to be copied, by number."""
    with rows.good.open(newline="") as text:
        read = list(csv.reader(text))
    if rows.is_text:
        return dict(enumerate(read[1:], start=1))
    return {int(number): fields for number, *fields in read}


@settings(deadline=None, max_examples=40)
@given(
    rows=some.lists(
        some.tuples(some.sampled_from(FATES), some.lists(FIELD, min_size=2, max_size=2))
    )
)
def test_rows_keep_their_fields_numbers_and_text(rows, tmp_path_factory):
    lines = [line(fate, fields) for fate, fields in rows]
    checked = check(tmp_path_factory.mktemp("check"), lines)
    fates = [
        "second" if fate == "good" and fields[0] == "a" else fate
        for fate, fields in rows
    ]
    good = {
        n: ["good", *fields]
        for n, (fate, (_, fields)) in enumerate(zip(fates, rows, strict=True), 1)
        if fate == "good"
    }
    assert good_rows(checked) == good
    assert checked.landed == len(good)
    assert [(n, text) for n, _, text in checked.quarantined] == [
        (n, lines[n - 1]) for n in range(1, len(rows) + 1) if n not in good
    ]
    for n, reasons, _ in checked.quarantined:
        fate = fates[n - 1]
        if fate == "second":
            assert reasons == ["B: expected b, found another"]
        else:
            assert reasons[0] == REASONS[fate]
        assert (len(reasons) == 2) == (fate == "bad" and rows[n - 1][1][0] == "a")


@pytest.mark.parametrize("has_line_breaks", [True, False])
def test_numbers_stay_right_in_a_long_file(tmp_path, has_line_breaks):
    """As long as DuckDB reads it in several parts."""
    chance = np.random.default_rng(5)
    fates = chance.choice(["good", "bad", "short"], 300_000, p=[0.998, 0.001, 0.001])
    lines = [
        f"{'bad' if fate == 'bad' else 'good'},row {n} {'x' * 60}"
        + ("" if fate == "short" else ",c")
        for n, fate in enumerate(fates, start=1)
    ]
    checked = check(tmp_path, lines, replace(KIND, has_line_breaks=has_line_breaks))
    assert {n for n, _, _ in checked.quarantined} == set(
        (np.flatnonzero(fates != "good") + 1).tolist()
    )
    assert all(text == lines[n - 1] for n, _, text in checked.quarantined)
    rows = good_rows(checked)
    assert len(rows) == checked.landed == int((fates == "good").sum())
    assert all(fields[1].split()[1] == str(n) for n, fields in rows.items())
