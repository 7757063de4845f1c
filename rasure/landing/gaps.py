"""The good rows of a text with a few gaps in it, as stretches that can be copied as is.

A row at fault in a million should not cost the others their way: the text between the
gaps is what was published, so it is sent as it stands, stretch by stretch, each with
the number of its first row in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from rasure.landing.sifting import row_ends

BLOCK = 4 * 2**20
MOST = 1_000  # gaps; with more of them, all good rows are written anew


@dataclass(frozen=True)
class Stretch:
    """Bytes `begin` to `end` of a text: whole rows, of which the first is row `first`
    of the file."""

    begin: int
    end: int
    first: int


def places(ordinals: list[int], absent: list[int]) -> list[int]:
    """The places in the file of rows that are the n-th (from 1) of a text from which
    the rows at the places `absent` (sorted) were taken."""
    follow = np.array(absent, np.int64) - np.arange(len(absent))
    shifts = np.searchsorted(follow, ordinals, side="right")
    return [int(n + shift) for n, shift in zip(ordinals, shifts, strict=True)]


def stretches(
    text: Path, rows: int, bad: list[int], absent: list[int]
) -> tuple[list[Stretch], dict[int, str]]:
    """Cut a text of `rows` rows and a header line at its `bad` rows (the n-th of the
    text) and where rows are `absent`; returns the stretches and the bad rows' texts."""
    follow = {place - index for index, place in enumerate(absent)}
    cuts = sorted({1, *bad, *(n + 1 for n in bad), *follow, rows + 1})
    cuts = [n for n in cuts if n <= rows + 1]
    begins = dict(zip(cuts, _begins(text, cuts), strict=True))
    found, texts, at_fault = [], {}, set(bad)
    for n, following in pairwise(cuts):
        if n in at_fault:
            texts[n] = _slice(text, begins[n], begins[following] - 1)
        else:
            (first,) = places([n], absent)
            found.append(Stretch(begins[n], begins[following], first))
    return found, texts


def read(text: Path, stretch: Stretch, block: int) -> Iterator[bytes]:
    """The bytes of a stretch, in blocks."""
    with text.open("rb") as stream:
        stream.seek(stretch.begin)
        left = stretch.end - stretch.begin
        while left > 0:
            held = stream.read(min(block, left))
            left -= len(held)
            yield held


def _begins(text: Path, wanted: list[int]) -> list[int]:
    """Where the wanted rows (sorted, from 1; the header line is 0) begin, in bytes."""
    found, seen, quotes, offset = [], 0, 0, 0
    with text.open("rb") as stream:
        while (block := stream.read(BLOCK)) and len(found) < len(wanted):
            held = np.frombuffer(block, np.uint8)
            ends, inside = row_ends(held, quotes % 2 == 1)
            for n in wanted[len(found) :]:
                if n > seen + len(ends):
                    break
                found.append(offset + int(ends[n - seen - 1]) + 1)
            seen, quotes, offset = (
                seen + len(ends),
                quotes + len(inside),
                offset + len(block),
            )
    return found


def _slice(text: Path, begin: int, end: int) -> str:
    with text.open("rb") as stream:
        stream.seek(begin)
        return stream.read(end - begin).decode()
