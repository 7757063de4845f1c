"""Numbers, days and instants to Arrow text, as fixed-width bytes.

A file of six years has tens of millions of dates; a table of the distinct days and one
of the seconds of a day turn each into two look-ups.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pyarrow as pa

from rasure.instruments.simulate.clock import DAY, NONE, to_local
from rasure.instruments.simulate.errors import SimulationImpossible

FIRST_DAY, DAYS = -25_567, 60_000  # from 1900 on, 164 years
_DATE = "[aAbBdjmUwWyYxGuV]"


def fixed(
    characters: np.ndarray, is_known: np.ndarray | None = None, prefix: str = ""
) -> pa.Array:
    """(n, w) ASCII bytes as n strings of w characters behind a prefix."""
    if prefix:
        head = np.frombuffer(prefix.encode("ascii"), np.uint8)
        characters = np.hstack([np.tile(head, (len(characters), 1)), characters])
    rows, width = characters.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    mask = None
    if is_known is not None and not is_known.all():
        mask = pa.py_buffer(np.packbits(is_known, bitorder="little"))
    data = np.ascontiguousarray(characters)
    buffers = [mask, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), rows, buffers)


def instants_text(column: np.ndarray, form: str, clock: str | None) -> pa.Array:
    """Instants (seconds, UTC) in a force's format on its clock, or days without one.

    The format is as `strftime` takes it, the date wholly before or after the time of
    day (else `SimulationImpossible`), every part of a fixed width.
    """
    is_given = column != NONE
    column = np.where(is_given, column, 0)
    if clock is None:
        return fixed(_days(form)[column - FIRST_DAY], is_given)
    days, seconds = np.divmod(to_local(column, clock), DAY)
    head, tail = _split(form)
    parts = [
        _days(part)[days - FIRST_DAY] if is_date else _seconds(part)[seconds]
        for part, is_date in (head, tail)
    ]
    return fixed(np.hstack(parts), is_given)


@cache
def _split(form: str) -> tuple[tuple[str, bool], tuple[str, bool]]:
    """The two parts of a format, and whether each is of the date."""
    codes = list(re.finditer(r"%(.)", form))
    dates = [bool(re.match(_DATE, code.group(1))) for code in codes]
    turn = next((n for n in range(1, len(dates)) if dates[n] != dates[0]), None)
    if turn is None or any(kind != dates[turn] for kind in dates[turn:]):
        raise SimulationImpossible(
            f"The instant format {form!r} cannot be written. Expected the date wholly "
            "before or after the time of day."
        )
    at = codes[turn].start()
    return (form[:at], dates[0]), (form[at:], dates[turn])


@cache
def _days(form: str) -> np.ndarray:
    start = datetime(1900, 1, 1)
    return _matrix(
        [(start + timedelta(days=n)).strftime(form) for n in range(DAYS)], form
    )


@cache
def _seconds(form: str) -> np.ndarray:
    start = datetime(2000, 1, 1)
    return _matrix(
        [(start + timedelta(seconds=n)).strftime(form) for n in range(DAY)], form
    )


def _matrix(words: list[str], form: str) -> np.ndarray:
    width = len(words[0])
    if any(len(word) != width for word in words):
        raise SimulationImpossible(
            f"The format {form!r} gives words of unequal length. Use numbered parts."
        )
    joined = "".join(words).encode("ascii")
    return np.frombuffer(joined, np.uint8).reshape(len(words), width)
