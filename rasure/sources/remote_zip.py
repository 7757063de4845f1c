"""Read the directory and single members of a ZIP archive on a web server.

Each archive of the publisher covers the country and has gigabytes; the months of a
force are a hundredth of it. `zipfile` reads the directory through byte ranges. The
packed bytes of a member go to a `.part` file, which a later run continues; then they
are unpacked, and length and CRC-32 are checked against the directory.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rasure.sources.errors import DownloadFailed
from rasure.sources.fetching import RemoteFile, Transient

END = 64 * 1024 + 22  # the longest end-of-directory record
BLOCK = 256 * 1024
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, …, name and extra lengths


@dataclass(frozen=True)
class Fetched:
    """A member that was written completely: its SHA-256, bytes and lines with text."""

    sha256: str
    bytes: int
    lines: int


class RemoteZip:
    """A ZIP archive behind a `RemoteFile`. `members` maps names to directory entries.

    Raises what `RemoteFile` raises.
    """

    def __init__(self, remote: RemoteFile) -> None:
        self.remote = remote
        entries = remote.retried(self._directory)
        self.members = {entry.filename: entry for entry in entries}

    def _directory(self) -> list[zipfile.ZipInfo]:
        window = _Window(self.remote, self.remote.read_end(END))
        try:
            with zipfile.ZipFile(window) as archive:
                return archive.infolist()
        except (zipfile.BadZipFile, ValueError) as error:
            raise Transient("the answer is not a ZIP archive") from error

    def fetch(
        self, entry: zipfile.ZipInfo, path: Path, progress: Callable[[int], None]
    ) -> Fetched:
        """Write a member to `path`, atomically and verified; continue a `.part` file.

        A file that already holds the member's content is left. `progress` is called
        with the number of packed bytes received.
        """
        if path.exists() and matches(path, entry):
            progress(entry.compress_size)
            return measure(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = path.with_name(f".{path.name}.part")
        self.remote.retried(lambda: self._attempt(entry, packed, path, progress))
        packed.unlink()
        return measure(path)

    def _attempt(
        self,
        entry: zipfile.ZipInfo,
        packed: Path,
        path: Path,
        progress: Callable[[int], None],
    ) -> None:
        header = self.remote.read(entry.header_offset, 30)
        signature, name_length, extra_length = LOCAL_HEADER.unpack(header)
        if signature != b"PK\x03\x04":
            raise Transient(f"{entry.filename} came damaged")
        start = entry.header_offset + len(header) + name_length + extra_length
        self.remote.save(packed, start, entry.compress_size, progress)
        unpacked = path.with_name(f".{path.name}.unpacked")
        try:
            _inflate(entry, packed, unpacked)
            if not matches(unpacked, entry):
                raise zlib.error("another checksum")
        except zlib.error as error:
            packed.unlink()
            unpacked.unlink(missing_ok=True)
            progress(0)
            raise Transient(
                f"{entry.filename} came with another checksum than the archive states"
            ) from error
        unpacked.replace(path)


def matches(path: Path, entry: zipfile.ZipInfo) -> bool:
    """True if the file at `path` has the length and CRC-32 that `entry` states."""
    if path.stat().st_size != entry.file_size:
        return False
    checksum = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            checksum = zlib.crc32(block, checksum)
    return checksum == entry.CRC


def measure(path: Path) -> Fetched:
    """The SHA-256, bytes and lines with text of a file."""
    digest, size, lines = hashlib.sha256(), 0, 0
    with path.open("rb") as stream:
        for line in stream:
            digest.update(line)
            size += len(line)
            lines += bool(line.strip(b"\r\n"))
    return Fetched(digest.hexdigest(), size, lines)


def _inflate(entry: zipfile.ZipInfo, packed: Path, unpacked: Path) -> None:
    """Unpack one member's bytes; raises `zlib.error` when they are damaged."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DownloadFailed(
            f"{entry.filename} is packed by a method that Rasure cannot unpack "
            f"({entry.compress_type})."
        )
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    room = entry.file_size
    with packed.open("rb") as source, unpacked.open("wb") as out:
        while block := source.read(BLOCK):
            if entry.compress_type == zipfile.ZIP_DEFLATED:
                block = inflate.decompress(block, room + 1)
            room -= len(block)
            if room < 0 or inflate.unconsumed_tail:
                raise zlib.error("longer than stated")
            out.write(block)
        out.flush()
        os.fsync(out.fileno())


class _Window(io.RawIOBase):
    """A remote file as a seekable stream for `zipfile`; its end is already read."""

    def __init__(self, remote: RemoteFile, end: bytes) -> None:
        self.remote = remote
        self.size = remote.identity.size
        self.end = end
        self.position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}
        self.position = max(0, origin[whence] + offset)
        return self.position

    def readinto(self, buffer) -> int:
        length = max(0, min(len(buffer), self.size - self.position))
        offset_in_end = self.position - (self.size - len(self.end))
        if not length:
            return 0
        if offset_in_end >= 0:
            content = self.end[offset_in_end : offset_in_end + length]
        else:
            content = self.remote.read(self.position, length)
        buffer[: len(content)] = content
        self.position += len(content)
        return len(content)
