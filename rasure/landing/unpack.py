"""Unpack one file of a delivery into plain text that can be parsed at full speed.

The copy in the work folder is UTF-8 with LF line ends and no blank lines, whatever came
(with or without BOM, CP1252, CRLF). Rows that cannot be kept are set aside for
quarantine (`sifting.py`). The file is read in blocks that end at row ends, so memory
stays small whatever the file's size.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rasure.landing.delivery import MOST_BYTES, UNREADABLE, Member
from rasure.landing.errors import ArchiveUnreadable, sentence
from rasure.landing.sifting import (
    MISPLACED,
    end_of_first_row,
    end_of_rows,
    sift,
    sift_lines,
)
from rasure.sources.contract import FileKind

BLOCK = 2**20
LONGEST_HELD = 64 * 2**20
LONGEST_HEADER = 64 * 2**20
LONGEST_OPEN = 8 * 2**20  # a quote open for longer is one that nothing closes
KEPT_OF_A_LONG_LINE = 2_000


class NotThisEncoding(Exception):
    """The bytes are not text in the encoding that was tried."""


@dataclass
class Unpacked:
    """A file's text in the work folder, and what was seen while it was unpacked.

    `rows` counts data rows, without the header and blank lines. `set_aside` holds (row
    number, what is wrong, beginning of the row) of rows that are not in `text`.
    `encoding` is None when the bytes are in none that the contract allows. `is_utf8`
    is True if all that is not ASCII reads as UTF-8 (in another encoding that does not
    happen by chance), and None if all is ASCII.
    `has_line_breaks`: fields may hold line breaks, so quotes show where a row ends.
    `open_quote` is the row at which a quote opens that nothing closes.
    """

    path: str
    text: Path
    has_line_breaks: bool = False
    sha256: str = ""
    bytes: int = 0
    encoding: str | None = None
    is_utf8: bool | None = None
    header: list[str] = field(default_factory=list)
    rows: int = 0
    set_aside: list[tuple[int, str, str]] = field(default_factory=list)
    quotes: int = 0
    commas: int = 0
    open_quote: int | None = None

    def is_unambiguous(self, columns: int) -> bool:
        """True if every CSV reader finds the same fields: each quote is in its place,
        or there is none and each line has the commas that `columns` need."""
        if self.has_line_breaks:
            return not self.set_aside
        return self.quotes == 0 and self.commas == (self.rows + 1) * (columns - 1)


def unpack(member: Member, delivery: str, folder: Path, kind: FileKind) -> Unpacked:
    """Copy `member` into `folder` as clean text, in the first of the kind's encodings
    that it reads as.

    Raises `ArchiveUnreadable` when its bytes are damaged or more than a delivery may
    hold.
    """
    text = folder / f"{hashlib.sha256(member.path.encode()).hexdigest()[:16]}.csv"
    seems_utf8 = None
    for encoding in (*kind.encodings, None):
        unpacked = Unpacked(
            member.path,
            text,
            kind.has_line_breaks,
            encoding=encoding,
            is_utf8=seems_utf8,
        )
        try:
            _copy(member, delivery, unpacked, kind.longest_line)
        except NotThisEncoding:
            continue
        is_doubted = encoding not in (None, "utf-8") and not kind.is_encoding_stated
        if not (is_doubted and unpacked.is_utf8):
            return unpacked
        seems_utf8 = True
    raise AssertionError("the last round accepts any bytes")


def _copy(member: Member, delivery: str, unpacked: Unpacked, longest: int) -> None:
    digest = hashlib.sha256()
    sift_rows = sift if unpacked.has_line_breaks else sift_lines
    with unpacked.text.open("wb") as out:
        for raw in _blocks(member, delivery, unpacked, digest):
            if unpacked.encoding is None:
                continue
            if unpacked.is_utf8 is not False and not raw.isascii():
                unpacked.is_utf8 = _reads_as_utf8(raw)
            text = _decode(raw, unpacked.encoding)
            if not unpacked.has_line_breaks:
                unpacked.quotes += _count(text, b'"')
                unpacked.commas += _count(text, b",")
            if not unpacked.header:
                first, text = _first_row(text.lstrip(b"\n"), unpacked.has_line_breaks)
                unpacked.header = _header(first)
                out.write(first + b"\n")
            sifted = sift_rows(text, longest)
            out.write(sifted.sound)
            unpacked.set_aside += [
                (unpacked.rows + place + 1, reason, _beginning(row, longest))
                for place, reason, row in sifted.faults
            ]
            unpacked.rows += sifted.rows
    unpacked.sha256 = digest.hexdigest()


def _blocks(member: Member, delivery: str, unpacked: Unpacked, digest) -> Iterator:
    """Yield blocks of whole rows; hash and count what the member really holds."""
    held = b""
    try:
        with member.open() as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                unpacked.bytes += len(block)
                if unpacked.bytes > MOST_BYTES:
                    raise zipfile.BadZipFile("larger than it stated")
                if unpacked.bytes == len(block):
                    block = block.removeprefix(codecs.BOM_UTF8)
                if unpacked.open_quote is not None:
                    continue
                held += block
                cut = _end(held, unpacked)
                if not cut and len(held) > LONGEST_HELD:
                    raise zipfile.BadZipFile("a line without an end")
                if cut:
                    yield held[:cut]
                    held = held[cut:]
    except UNREADABLE as error:
        raise ArchiveUnreadable(
            sentence(
                delivery,
                "a file whose bytes match its checksum",
                "damaged, truncated or endless data",
                "Fetch or send it again.",
                file=member.path,
            )
        ) from error
    if held and not held.endswith(b"\n"):
        held += b"\n"
    if unpacked.has_line_breaks and end_of_rows(held) < len(held):
        _note_open_quote(unpacked)
    elif held:
        yield held


def _end(held: bytes, unpacked: Unpacked) -> int:
    """The place after the last whole row. A quote that stays open too long is noted."""
    if not unpacked.has_line_breaks:
        return held.rfind(b"\n") + 1
    cut = end_of_rows(held)
    if not cut and len(held) > LONGEST_OPEN and b'"' in held:
        _note_open_quote(unpacked)
    return cut


def _note_open_quote(unpacked: Unpacked) -> None:
    """Note the first row with a misplaced quote: after it, quotes open where they
    should close."""
    misplaced = [n for n, reason, _ in unpacked.set_aside if reason == MISPLACED]
    unpacked.open_quote = min([*misplaced, unpacked.rows + bool(unpacked.header)])


def _decode(raw: bytes, encoding: str) -> bytes:
    """The text as UTF-8 with LF ends; raises `NotThisEncoding`."""
    if b"\0" in raw:
        raise NotThisEncoding
    if not raw.isascii():
        try:
            raw = raw.decode(encoding).encode()
        except UnicodeDecodeError as error:
            raise NotThisEncoding from error
    return raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw


def _reads_as_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _first_row(text: bytes, has_line_breaks: bool) -> tuple[bytes, bytes]:
    """The header row, which may hold line breaks in quotes, and what follows it."""
    end = end_of_first_row(text) if has_line_breaks else text.find(b"\n")
    return text[:end], text[end + 1 :]


def _header(line: bytes) -> list[str]:
    """The names in a header row; none if it cannot be one."""
    if len(line) > LONGEST_HEADER or not line:
        return []
    try:
        return next(csv.reader([line.decode()], strict=True), [])
    except csv.Error:
        return []


def _beginning(row: bytes, longest: int) -> str:
    """The text of a row set aside; of one that is too long, its beginning."""
    if len(row) <= longest:
        return row.decode(errors="replace")
    start = row[:KEPT_OF_A_LONG_LINE].decode(errors="replace")
    return f"{start}… ({len(row):,} bytes)"


def _count(text: bytes, character: bytes) -> int:
    """The number of times a character is in a text; five times faster than
    `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord(character)))
