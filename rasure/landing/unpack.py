"""Unpacking one file of a delivery into plain text that can be parsed at full speed.

The copy in the work folder is UTF-8 with LF line ends and no blank lines, whatever came
(with or without BOM, CP1252, CRLF); lines longer than the contract allows are set aside
for quarantine. Blocks end at line ends, so memory stays small whatever the file's size.
Where a source's fields may hold line breaks, a row is what ends outside quotes, and one
that no reader could be sure of is set aside as well (`rasure.landing.sifting`).
"""

from __future__ import annotations

import codecs
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rasure.landing.delivery import MOST_BYTES, UNREADABLE, Member
from rasure.landing.errors import ArchiveUnreadable, sentence
from rasure.landing.sifting import MISPLACED, TOO_LONG, end_of_rows, sift
from rasure.landing.text import (
    NotThisEncoding,
    count,
    decode,
    first_row,
    header,
    reads_as_utf8,
    without_blank_lines,
)
from rasure.sources.contract import FileKind

BLOCK = 2**20
LONGEST_HELD = 64 * 2**20
LONGEST_OPEN = 8 * 2**20  # of a quote, before it is taken for one never closed
KEPT_OF_A_LONG_LINE = 2_000


@dataclass
class Unpacked:
    """A file's text in the work folder and what was seen on the way.

    `rows` counts data rows (header and blank lines left out), `set_aside` holds (row
    number, what is wrong, beginning of the row) of rows that are not in `text`.
    `encoding` is None when the bytes are in none that the contract allows. `is_utf8`
    is whether all that is not ASCII reads as UTF-8, None where all is ASCII: in another
    encoding that does not happen by chance.
    `open_quote` is the row at which a quote opens that nothing closes.
    """

    path: str
    text: Path
    sha256: str = ""
    bytes: int = 0
    encoding: str | None = None
    is_utf8: bool | None = None
    header: list[str] = field(default_factory=list)
    rows: int = 0
    set_aside: list[tuple[int, str, str]] = field(default_factory=list)
    quotes: int = 0
    commas: int = 0
    is_sifted: bool = False
    open_quote: int | None = None

    def is_unambiguous(self, columns: int) -> bool:
        """Whether any CSV reader finds the same fields: every quote is in its place, or
        there is none, and exactly the commas that `columns` need on each line, header
        included."""
        if self.is_sifted:
            return not self.set_aside
        return self.quotes == 0 and self.commas == (self.rows + 1) * (columns - 1)


def unpack(member: Member, delivery: str, folder: Path, kind: FileKind) -> Unpacked:
    """Copy `member` into `folder` as clean text; raises `ArchiveUnreadable` when its
    bytes are damaged or more than a delivery may hold."""
    text = folder / f"{hashlib.sha256(member.path.encode()).hexdigest()[:16]}.csv"
    seems_utf8 = None
    for encoding in (*kind.encodings, None):
        unpacked = Unpacked(member.path, text, encoding=encoding, is_utf8=seems_utf8)
        unpacked.is_sifted = kind.has_line_breaks
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
    with unpacked.text.open("wb") as out:
        for lines in _lines(member, delivery, unpacked, digest):
            if unpacked.encoding is None:
                continue
            if unpacked.is_utf8 is not False and not lines.isascii():
                unpacked.is_utf8 = reads_as_utf8(lines)
            clean = decode(lines, unpacked.encoding)
            if not unpacked.is_sifted:
                clean = without_blank_lines(clean)
                unpacked.quotes += count(clean, b'"')
                unpacked.commas += count(clean, b",")
            if not unpacked.header:
                first, clean = first_row(clean.lstrip(b"\n"), unpacked.is_sifted)
                unpacked.header = header(first)
                out.write(first + b"\n")
            if unpacked.is_sifted:
                out.write(_sifted(clean, unpacked, longest))
            else:
                out.write(_without_long_lines(clean, unpacked, longest))
    unpacked.sha256 = digest.hexdigest()


def _lines(member: Member, delivery: str, unpacked: Unpacked, digest) -> Iterator:
    """Blocks of whole lines; hashes and counts what the member really holds."""
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
    if unpacked.is_sifted and end_of_rows(held) < len(held):
        _note_open_quote(unpacked)
    elif held:
        yield held


def _end(held: bytes, unpacked: Unpacked) -> int:
    """Where the last whole row ends. A quote that stays open for too long is noted."""
    if not unpacked.is_sifted:
        return held.rfind(b"\n") + 1
    cut = end_of_rows(held)
    if not cut and len(held) > LONGEST_OPEN and b'"' in held:
        _note_open_quote(unpacked)
    return cut


def _note_open_quote(unpacked: Unpacked) -> None:
    """Note the row at which quotes went wrong: an odd one turns all that follow."""
    before = [n for n, reason, _ in unpacked.set_aside if reason == MISPLACED]
    unpacked.open_quote = min([*before, unpacked.rows + bool(unpacked.header)])


def _without_long_lines(lines: bytes, unpacked: Unpacked, longest: int) -> bytes:
    before = unpacked.rows
    unpacked.rows += count(lines, b"\n")
    if _are_short(lines, longest):
        return lines
    kept = []
    for number, line in enumerate(lines.split(b"\n")[:-1], start=before + 1):
        if len(line) <= longest:
            kept.append(line)
            continue
        unpacked.set_aside.append((number, TOO_LONG, _beginning(line, longest)))
    return b"".join(line + b"\n" for line in kept)


def _sifted(rows: bytes, unpacked: Unpacked, longest: int) -> bytes:
    before = unpacked.rows
    sifted = sift(rows, longest)
    unpacked.rows += sifted.rows
    unpacked.set_aside += [
        (before + place + 1, reason, _beginning(row, longest))
        for place, reason, row in sifted.faults
    ]
    return sifted.sound


def _beginning(row: bytes, longest: int) -> str:
    """The text of a row set aside; of one that is too long, its beginning."""
    if len(row) <= longest:
        return row.decode(errors="replace")
    start = row[:KEPT_OF_A_LONG_LINE].decode(errors="replace")
    return f"{start}… ({len(row):,} bytes)"


def _are_short(lines: bytes, longest: int) -> bool:
    """Whether no line is longer; leaps over line ends, `longest` bytes at a time."""
    place, end = 0, len(lines)
    while place < end:
        found = lines.rfind(b"\n", place, place + longest + 1)
        if found < 0:
            return False
        place = found + 1
    return True
