"""The folder of backups: what each one is, and which of them are kept.

    DIR/20261130T065528Z/backup.json       what it is, without anything secret
                         base.tar.gz.age   the database's files
                         home.tar.age      secrets.toml, settings.toml, manifests
                         verified.json     written by `rasure backup verify`
    DIR/wal/<home>/<segment>.gz.age        the log since then, of a home that keeps it

Several homes may share a folder; each deletes its own backups only. A backup that is
being made is in a folder `.<name>.unfinished`, and is renamed when it is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from rasure.operations.encryption import Sealed
from rasure.operations.errors import BackupBusy, BackupFailed, BackupUnreadable

DESCRIPTION = "backup.json"
VERIFIED = "verified.json"
BASE, HOME = "base.tar.gz.age", "home.tar.age"
UNFINISHED = ".unfinished"
WAL = "wal"
WAL_ENDING = ".gz.age"
FORM = 1  # of backup.json


@dataclass(frozen=True)
class Backup:
    """One backup. `ended_at` is the earliest time that it can be restored to;
    `first_segment` is the file of the log from which it can be rolled forward;
    `data_bytes` is the size of the database's files."""

    folder: Path
    home_id: str
    begun_at: datetime
    ended_at: datetime
    release: str
    postgres: int
    recipient: str
    first_segment: str
    data_bytes: int
    has_warehouse: bool
    files: dict[str, Sealed]

    @property
    def bytes(self) -> int:
        """The size of its files."""
        return sum(file.bytes for file in self.files.values())


def describe(backup: Backup) -> None:
    """Write `backup.json` into the folder of a backup."""
    content = {
        "form": FORM,
        **asdict(backup),
        "begun_at": backup.begun_at.isoformat(),
        "ended_at": backup.ended_at.isoformat(),
    }
    del content["folder"]
    write_through(
        backup.folder / DESCRIPTION, json.dumps(content, indent=2).encode() + b"\n"
    )


def read(folder: Path) -> Backup:
    """The backup in a folder; raises `BackupUnreadable`."""
    try:
        content = json.loads((folder / DESCRIPTION).read_text())
        form = content.pop("form")
        if form == FORM:
            return Backup(
                folder=folder,
                **content
                | {
                    "begun_at": datetime.fromisoformat(content["begun_at"]),
                    "ended_at": datetime.fromisoformat(content["ended_at"]),
                    "files": {
                        name: Sealed(**file) for name, file in content["files"].items()
                    },
                },
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupUnreadable(
            f"{folder} is not a whole backup: its {DESCRIPTION} is missing or damaged. "
            "`rasure backup list` names those that are there."
        ) from error
    raise BackupUnreadable(
        f"{folder} was made by another release of Rasure, in form {form}. Use that "
        "release to restore it."
    )


def backups(directory: Path) -> list[Backup]:
    """The whole backups in a folder, the oldest first."""
    return [
        read(path.parent)
        for path in sorted(directory.glob(f"[0-9]*/{DESCRIPTION}"))
        if path.parent.is_dir()
    ]


def verified_at(backup: Backup) -> datetime | None:
    """When a backup was last restored and counted; None if never."""
    try:
        content = json.loads((backup.folder / VERIFIED).read_text())
        return datetime.fromisoformat(content["verified_at"])
    except (OSError, ValueError, KeyError):
        return None


def expire(directory: Path, home_id: str, keep: int) -> list[str]:
    """Delete all but the newest `keep` backups of a home and the log that only they
    need.

    Returns the names of the backups that went.
    """
    known = [one for one in backups(directory) if one.home_id == home_id]
    old, kept = known[:-keep], known[-keep:]
    for backup in old:
        unfinished = directory / f".{backup.folder.name}{UNFINISHED}"
        backup.folder.rename(unfinished)  # one that is half deleted is no backup
        shutil.rmtree(unfinished)
    if kept:
        oldest = min(backup.first_segment for backup in kept)
        for path in segments(directory, home_id):
            if path.name.removesuffix(WAL_ENDING) < oldest:
                path.unlink(missing_ok=True)
    return [backup.folder.name for backup in old]


def segments(directory: Path, home_id: str) -> list[Path]:
    """The kept files of the log of a home, the oldest first."""
    return sorted((directory / WAL / home_id).glob(f"[0-9A-F]*{WAL_ENDING}"))


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the folder of backups alone, without what a killed process left in it.

    Raises `BackupBusy`, or `BackupFailed` if the folder cannot be written.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (directory / ".lock").open("w")
    except OSError as error:
        raise BackupFailed(
            f"The folder {directory} cannot be written ({error.strerror}). Name "
            "another with --to."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupBusy(
                f"Another process makes a backup in {directory}. Wait until it ends."
            ) from error
        for path in directory.glob(f".*{UNFINISHED}"):
            shutil.rmtree(path)
        yield


def write_through(path: Path, content: bytes) -> None:
    """Write a file at once and through to the disk."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder through to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
