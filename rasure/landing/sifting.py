"""Rows of CSV text whose fields may hold line breaks, told apart without a parser.

A line end outside quotes ends a row, so counting the quotes before it decides. Once
every quote is where RFC 4180 has it (a field begins with one, or ends with one, or
doubles it), no two readers can disagree about the fields; a row where one is not is
sifted out before any reader sees it. All is done by numpy on blocks of whole rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

QUOTE, COMMA, END, RETURN = (ord(character) for character in '",\n\r')
MISPLACED = "UNQUOTED VALUE"
LONE_RETURN = "LONE RETURN"
TOO_LONG = "LINE SIZE OVER MAXIMUM"


@dataclass
class Sifted:
    """A block of whole rows: those that are sound, how many rows there were, and of the
    others (place in the block from 0, what is wrong, text)."""

    sound: bytes
    rows: int
    faults: list[tuple[int, str, bytes]] = field(default_factory=list)


def end_of_rows(text: bytes) -> int:
    """Where the last whole row of `text` ends, which begins with a row; else 0."""
    last = text.rfind(b"\n") + 1
    if last and text.count(b'"', 0, last) % 2 == 0:
        return last
    ends, _ = row_ends(np.frombuffer(text, np.uint8))
    return int(ends[-1]) + 1 if ends.size else 0


def sift(text: bytes, longest: int) -> Sifted:
    """Take rows that no reader could be sure of, and those of more than `longest`
    bytes, out of a block of whole rows with LF ends; empty lines are no rows."""
    held = np.frombuffer(text, np.uint8)
    ends, quotes = row_ends(held)
    starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
    lengths = ends - starts
    faults: dict[int, str] = {}
    for place in np.flatnonzero(lengths > longest):
        faults[int(place)] = TOO_LONG
    for wrong, reason in (
        (_misplaced(held, quotes), MISPLACED),
        (_lone_returns(held, quotes), LONE_RETURN),
    ):
        for place in np.unique(np.searchsorted(ends, wrong)):
            faults.setdefault(int(place), reason)
    blank = np.flatnonzero(lengths == 0)
    rows = len(ends) - len(blank)
    if not faults and not blank.size:
        return Sifted(text, rows)
    found = [
        (place - int(np.searchsorted(blank, place)), reason, _cut(text, starts, place))
        for place, reason in sorted(faults.items())
    ]
    gone = sorted({*faults, *map(int, blank)})
    return Sifted(_without(text, starts, ends, gone), rows, found)


def row_ends(held: np.ndarray, quoted: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The places of line ends outside quotes, and of all quotes, in bytes that begin
    outside a quote, or inside one if `quoted`."""
    ends = np.flatnonzero(held == END)
    quotes = np.flatnonzero(held == QUOTE)
    if quotes.size or quoted:
        ends = ends[(np.searchsorted(quotes, ends) + quoted) % 2 == 0]
    return ends, quotes


def _misplaced(held: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """The places of quotes that neither begin, end nor double; rows are whole, so that
    quotes open and close in turn."""
    if not quotes.size:
        return quotes
    opening, closing = quotes[0::2], quotes[1::2]
    before = held[opening - 1]
    begins = (before == COMMA) | (before == END) | (before == QUOTE) | (opening == 0)
    after = held[closing + 1]
    closes = (after == COMMA) | (after == END) | (after == QUOTE)
    return np.concatenate((opening[~begins], closing[~closes]))


def _lone_returns(held: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """The places of carriage returns outside quotes."""
    found = np.flatnonzero(held == RETURN)
    if found.size:
        found = found[np.searchsorted(quotes, found) % 2 == 0]
    return found


def _cut(text: bytes, starts: np.ndarray, place: int) -> bytes:
    begin = int(starts[place])
    end = int(starts[place + 1]) - 1 if place + 1 < len(starts) else len(text) - 1
    return text[begin:end]


def _without(
    text: bytes, starts: np.ndarray, ends: np.ndarray, gone: list[int]
) -> bytes:
    kept, since = [], 0
    for place in gone:
        kept.append(text[since : int(starts[place])])
        since = int(ends[place]) + 1
    kept.append(text[since:])
    return b"".join(kept)
