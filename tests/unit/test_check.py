"""A text is cut around its bad rows, and every stretch knows its first row's number."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rasure.landing import gaps

FIELD = some.text(alphabet='ab,"\n', max_size=5)


def written(fields: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue().encode()


@settings(deadline=None, max_examples=200)
@given(data=some.data(), block=some.integers(1, 40))
def test_good_rows_keep_their_bytes_and_numbers(data, block, tmp_path_factory):
    rows = data.draw(some.lists(some.lists(FIELD, min_size=2, max_size=2), max_size=8))
    kinds = some.sampled_from(["good", "bad", "absent"])
    fates = data.draw(some.lists(kinds, min_size=len(rows), max_size=len(rows)))
    lines = [written(fields) for fields in rows]
    held = [n for n, fate in enumerate(fates) if fate != "absent"]
    text = tmp_path_factory.mktemp("text") / "text.csv"
    text.write_bytes(b"a,b\n" + b"".join(lines[n] for n in held))
    bad = [place for place, n in enumerate(held, 1) if fates[n] == "bad"]
    absent = [n + 1 for n, fate in enumerate(fates) if fate == "absent"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gaps, "BLOCK", block)
        found, texts = gaps.stretches(text, len(held), bad, absent)
    sent = {}
    for stretch in found:
        content = b"".join(gaps.read(text, stretch, 3))
        numbered = enumerate(csv.reader(io.StringIO(content.decode(), newline="")))
        sent |= {stretch.first + n: fields for n, fields in numbered}
    good = {n + 1: rows[n] for n, fate in enumerate(fates) if fate == "good"}
    assert sent == good
    assert [f"{texts[place]}\n".encode() for place in bad] == [
        lines[n] for n in held if fates[n] == "bad"
    ]


def test_places_step_over_what_is_absent():
    assert gaps.places([1, 2, 3], []) == [1, 2, 3]
    assert gaps.places([1, 2, 3], [1, 3, 4]) == [2, 5, 6]
