"""Opening a delivery: a ZIP archive, a folder or a single file, and what is in it.

An archive is a stranger's file. It is listed before anything is unpacked, and refused
when a member would be written outside its folder, is a link, is encrypted, or would
unpack to more than a delivery can be; its members are then read as streams whose real
length is held against the limits, since the lengths an archive states may be lies.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rasure.errors import SetupError
from rasure.landing.errors import ArchiveUnreadable, FilesUnexpected, sentence
from rasure.sources.contract import MANIFEST

MOST_FILES = 20_000
MOST_BYTES = int(os.environ.get("RASURE_LARGEST_DELIVERY", 20 * 2**30))
MOST_RATIO = 200  # text deflates about 10 to 1; a bomb deflates 1,000 to 1
RATIO_MATTERS_FROM = 50 * 2**20
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
PACKINGS |= {zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
# What reading a member raises whose bytes, or whose way of packing, are not in order.
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
UNREADABLE = (*DAMAGED, OSError)


def is_damage(error: BaseException) -> bool:
    """True if the bytes are at fault, not the machine. The machine's errors have a
    number; bzip2 reports damage by an OSError without one."""
    if isinstance(error, OSError):
        return error.errno is None
    return isinstance(error, DAMAGED)


@dataclass(frozen=True)
class Member:
    """A file of a delivery: its path inside it, its stated length, how to open it."""

    path: str
    size: int
    open: Callable[[], BinaryIO]

    def sha256(self) -> str:
        """The SHA-256 of what it holds, in hexadecimal."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Delivery:
    """A delivery that has been listed and is safe to read."""

    name: str
    path: Path
    members: tuple[Member, ...]
    archive_sha256: str | None = None

    def manifest(self) -> Member | None:
        """The manifest, when the deliverer wrote one."""
        return next((m for m in self.members if m.path == MANIFEST), None)

    def data(self) -> list[Member]:
        """The files that hold data, in the order of their paths; hidden ones do not."""
        return sorted(
            (m for m in self.members if m.path != MANIFEST and not _is_hidden(m.path)),
            key=lambda member: member.path,
        )


# What desktops leave in a folder or an archive, in small letters.
LEFT_BY_DESKTOPS = {"__macosx", "desktop.ini", "thumbs.db", "icon\r"}


def _is_hidden(path: str) -> bool:
    return any(
        part.startswith((".", "~$")) or part.lower() in LEFT_BY_DESKTOPS
        for part in PurePosixPath(path).parts
    )


def open_delivery(path: Path) -> Delivery:
    """List a delivery. Raises `SetupError` when nothing is there to be read, and
    `ArchiveUnreadable` or `FilesUnexpected` when its content is unsafe."""
    if not path.exists():
        raise SetupError(f"There is no file or folder at {path}. Check the path.")
    if not os.access(path, os.R_OK):
        raise SetupError(f"{path} cannot be read by this user. Check its permissions.")
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise SetupError(f"{path} is neither a file nor a folder. Check the path.")
    if path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
        return _archive(path)
    return Delivery(path.name, path, (_file(path, path.name),))


def unread_identity(path: Path) -> str:
    """The identity of a delivery that was refused before its files were read: a hash of
    every byte of a file, or of a folder's files with their names in it."""
    digest = hashlib.sha256()
    for entry in sorted(path.rglob("*")) if path.is_dir() else [path]:
        digest.update(os.fsencode(f"\n{entry.relative_to(path)} "))
        with suppress(OSError, RuntimeError):
            if entry.is_file():
                digest.update(_file(entry, entry.name).sha256().encode())
    return digest.hexdigest()


def _file(path: Path, name: str) -> Member:
    return Member(name, path.stat().st_size, lambda: path.open("rb"))


def _folder(path: Path) -> Delivery:
    root = path.resolve()
    members = []
    for entry in sorted(root.rglob("*")):
        name = entry.relative_to(root).as_posix()
        if entry.is_symlink() and not _leads_inside(entry, root):
            raise FilesUnexpected(
                sentence(
                    path.name,
                    "files inside the folder",
                    "a link that leads out of it",
                    "Deliver the file itself.",
                    file=name,
                )
            )
        if entry.is_file():
            members.append(_file(entry, name))
        elif not entry.is_dir():
            raise FilesUnexpected(
                sentence(
                    path.name,
                    "plain files",
                    "something that is none (a pipe, a socket, a dead link)",
                    "Take it out of the delivery.",
                    file=name,
                )
            )
    return Delivery(path.name, path, tuple(members))


def _leads_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself
        return False


def _archive(path: Path) -> Delivery:
    def refuse(expected: str, found: str, advice: str, file: str | None = None):
        return ArchiveUnreadable(sentence(path.name, expected, found, advice, file))

    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise refuse(
            "a whole ZIP archive",
            f"a damaged or truncated one ({path.stat().st_size:,} bytes)",
            "Fetch or send it again.",
        ) from error
    # Windows separates the parts of a path by backslashes, also in an archive.
    names = {entry: entry.filename.replace("\\", "/") for entry in archive.infolist()}
    entries = [
        entry for entry, name in names.items() if not (name and name.endswith("/"))
    ]
    if len(entries) > MOST_FILES:
        raise refuse(
            f"at most {MOST_FILES:,} files", f"{len(entries):,}", "Send it in parts."
        )
    seen: set[str] = set()
    for entry in entries:
        _refuse_unsafe(entry, refuse)
        if names[entry] in seen:
            raise refuse(
                "one file of a name",
                "two",
                "Take one of them out.",
                entry.filename,
            )
        seen.add(names[entry])
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MOST_BYTES or (
        total > RATIO_MATTERS_FROM and total > MOST_RATIO * max(packed, 1)
    ):
        raise refuse(
            f"at most {MOST_BYTES / 2**30:.0f} GiB unpacked and {MOST_RATIO} times "
            "its packed size",
            f"{total / 2**30:.1f} GiB from {packed / 2**20:.1f} MiB",
            "It looks like a ZIP bomb; send plain files, or raise "
            "RASURE_LARGEST_DELIVERY if it is none.",
        )
    members = tuple(
        Member(names[entry], entry.file_size, lambda entry=entry: archive.open(entry))
        for entry in entries
    )
    return Delivery(
        path.name,
        path,
        _without_wrapping(members),
        archive_sha256=_file(path, path.name).sha256(),
    )


def _without_wrapping(members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The members of an archived folder as if the folder itself had been delivered:
    where the manifest lies in a folder that holds all else, that is the delivery."""
    manifests = [m.path for m in members if m.path.endswith(f"/{MANIFEST}")]
    if len(manifests) != 1:
        return members
    wrapping = manifests[0].removesuffix(MANIFEST)
    if any(not m.path.startswith(wrapping) for m in members if not _is_hidden(m.path)):
        return members
    return tuple(
        replace(member, path=member.path.removeprefix(wrapping)) for member in members
    )


def _refuse_unsafe(entry: zipfile.ZipInfo, refuse: Callable) -> None:
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    leads_out = name.is_absolute() or ".." in name.parts
    if leads_out or not name.parts or ":" in name.parts[0]:
        raise refuse(
            "files inside the archive's own folder",
            "a file name that leads out of it",
            "Do not unpack this archive elsewhere; ask its sender.",
            entry.filename,
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise refuse("plain files", "a link", "Send the file itself.", entry.filename)
    if entry.flag_bits & 0x1:
        raise refuse(
            "files that can be read",
            "an encrypted file",
            "Send it without a password over a safe channel.",
            entry.filename,
        )
    if entry.compress_type not in PACKINGS:
        raise refuse(
            "files packed by deflate, bzip2 or LZMA, or not at all",
            "another way of packing",
            "Pack it so, or send the plain file.",
            entry.filename,
        )
