"""Identifiers as a force writes them: record ids, occurrence and incident numbers.

The force's mapping gives their patterns; a pattern is read as literals and runs of
digits, and the runs are filled from the right meaning: the year, the day, the serial.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pyarrow as pa

from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.instruments.simulate.formatting import fixed
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.mapping import Mapping

SERIAL_DIGITS = 15  # of a record id: entity number, five digits, fifteen digits
ENTITY_NUMBERS = {name: 1010 + 37 * number for number, name in enumerate(ENTITIES)}
LONG = {"persons": 21005, "occurrences": 10001}  # their ids take all 25 digits
_RUN = re.compile(r"(?:\[0-9\]|\\d|\[A-Z\])(?:\{(\d+)(?:,(\d+))?\})?")


@cache
def digits(width: int) -> np.ndarray:
    """(10 ** width, width) bytes: every number of so many digits, zero-padded."""
    numbers = np.arange(10**width)
    powers = 10 ** np.arange(width - 1, -1, -1)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def padded(numbers: np.ndarray, width: int) -> np.ndarray:
    """(n, width) bytes: numbers zero-padded, five digits at a time from the right."""
    out = np.full((len(numbers), width), ord("0"), np.uint8)
    rest, end = np.maximum(numbers, 0), width
    while end > 0:
        part = min(5, end)
        rest, low = np.divmod(rest, 10**part)
        out[:, end - part : end] = digits(part)[low]
        end -= part
    return out


def id_prefix(entity: str, mapping: Mapping) -> tuple[str, int]:
    """The digits before the serial of that entity's ids, and the serial's width.

    A force whose ids are shorter than 20 digits gets shorter entity numbers.
    """
    low, high = _bounds(mapping.identifiers.get("id", "[0-9]{16,25}"))
    number = str(LONG.get(entity, ENTITY_NUMBERS[entity]))
    prefix = (number + "00001")[: max(1, high - SERIAL_DIGITS)]
    width = min(SERIAL_DIGITS, high - 1)
    return prefix.ljust(low - width, "0"), width


def record_ids(entity: str, serials: np.ndarray, mapping: Mapping) -> pa.Array:
    """Record ids as the force writes them; null for a serial below 0."""
    prefix, width = id_prefix(entity, mapping)
    return fixed(padded(serials, width), serials >= 0, prefix)


def serial_of(record_id: str) -> int:
    """The serial in a record id. Raises `SimulationImpossible` for what is none."""
    if not record_id.isascii() or not record_id.isdigit():
        raise SimulationImpossible(
            f"{record_id!r} is no record id: it is digits alone."
        )
    return int(record_id[-SERIAL_DIGITS:])


def runs(pattern: str) -> list[str | int]:
    """A pattern as literals and, for each run of digits or letters, its width."""
    parts: list[str | int] = []
    at = 0
    for match in _RUN.finditer(pattern):
        parts += [pattern[at : match.start()].replace("\\", "")]
        parts += [int(match.group(2) or match.group(1) or 1)]
        at = match.end()
    parts.append(pattern[at:].replace("\\", ""))
    return [part for part in parts if part != ""]


def numbered(
    pattern: str,
    years: np.ndarray,
    serials: np.ndarray,
    dates: np.ndarray | None = None,
) -> np.ndarray:
    """(n, width) bytes of fixed-width numbers: the last run takes the serial, a run of
    eight or six the date (`dates`, as yyyymmdd) where there is one, the first other run
    of two or four the year, any other zeros."""
    parts = runs(pattern)
    widths = [part for part in parts if isinstance(part, int)]
    year_at = next((n for n, w in enumerate(widths[:-1]) if w in (2, 4)), None)
    columns, seen = [], 0
    for part in parts:
        if isinstance(part, str):
            literal = np.frombuffer(part.encode("ascii"), np.uint8)
            columns.append(np.tile(literal, (len(serials), 1)))
            continue
        if seen == len(widths) - 1:
            columns.append(padded(serials % 10**part, part))
        elif dates is not None and part in (6, 8):
            columns.append(padded(dates % 10**part, part))
        elif seen == year_at:
            columns.append(padded(years % 10**part, part))
        else:
            columns.append(padded(np.zeros_like(serials), part))
        seen += 1
    return np.hstack(columns)


def _bounds(pattern: str) -> tuple[int, int]:
    """The least and the most digits of a pattern that is one run of them."""
    match = _RUN.fullmatch(pattern)
    if match is None:
        return 16, 25
    low = int(match.group(1) or 1)
    return low, int(match.group(2) or low)
