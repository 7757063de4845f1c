"""Tell the rows of CSV text apart, and set aside those that readers might disagree on.

DuckDB checks a file and PostgreSQL copies it, each with its own CSV reader. They agree
on every field once each quote is where RFC 4180 has it (at the beginning or the end of
a field, or doubled), so a row with another quote is set aside before either reads it.
No CSV reader reports such rows at the speed of a landing; numpy does, block by block.
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
    """A block of whole rows: the text of the sound rows, the number of rows before any
    was set aside, and of each row set aside (place from 0, what is wrong, text)."""

    sound: bytes
    rows: int
    faults: list[tuple[int, str, bytes]] = field(default_factory=list)


def end_of_rows(text: bytes) -> int:
    """The place after the last whole row of `text`, which begins with a row; 0 if none.

    A line end in quotes does not end a row.
    """
    last = text.rfind(b"\n") + 1
    if last and text.count(b'"', 0, last) % 2 == 0:
        return last
    ends, _ = _row_ends(np.frombuffer(text, np.uint8))
    return int(ends[-1]) + 1 if ends.size else 0


def end_of_first_row(text: bytes) -> int:
    """The place of the line end of the first row; the length of `text` if none."""
    ends, _ = _row_ends(np.frombuffer(text, np.uint8))
    return int(ends[0]) if ends.size else len(text)


def sift(text: bytes, longest: int) -> Sifted:
    """Set aside the rows that readers might disagree on, and those of more than
    `longest` bytes, from a block of whole rows with LF ends.

    Empty lines are no rows.
    """
    held = np.frombuffer(text, np.uint8)
    ends, quotes = _row_ends(held)
    return _sifted(
        text,
        ends,
        longest,
        {MISPLACED: _misplaced(held, quotes), LONE_RETURN: _lone_returns(held, quotes)},
    )


def sift_lines(text: bytes, longest: int) -> Sifted:
    """Set aside the lines of more than `longest` bytes from a block of whole lines.

    Quotes have no meaning here; empty lines are no rows.
    """
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == END)
    return _sifted(text, ends, longest, {})


def _row_ends(held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of line ends outside quotes, and of all quotes."""
    ends = np.flatnonzero(held == END)
    quotes = np.flatnonzero(held == QUOTE)
    if quotes.size:
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return ends, quotes


def _misplaced(held: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """The places of quotes that neither begin nor end a field nor double another; rows
    are whole, so that quotes open and close in turn."""
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
    returns = np.flatnonzero(held == RETURN)
    if returns.size:
        returns = returns[np.searchsorted(quotes, returns) % 2 == 0]
    return returns


def _sifted(
    text: bytes, ends: np.ndarray, longest: int, wrong: dict[str, np.ndarray]
) -> Sifted:
    """Take apart a text whose rows end at `ends`; `wrong` has places of what is wrong
    in a row, by what it is."""
    starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
    lengths = ends - starts
    faults = {int(row): TOO_LONG for row in np.flatnonzero(lengths > longest)}
    for reason, places in wrong.items():
        for row in np.unique(np.searchsorted(ends, places)):
            faults.setdefault(int(row), reason)
    blank = np.flatnonzero(lengths == 0)
    rows = len(ends) - len(blank)
    gone = sorted({*faults, *blank.tolist()})
    if not gone:
        return Sifted(text, rows)
    kept, since = [], 0
    for row in gone:
        kept.append(text[since : starts[row]])
        since = ends[row] + 1
    kept.append(text[since:])
    return Sifted(
        b"".join(kept),
        rows,
        [
            (
                row - int(np.searchsorted(blank, row)),
                reason,
                text[starts[row] : ends[row]],
            )
            for row, reason in sorted(faults.items())
        ],
    )
