"""A delivery folder in the making: hidden until it is whole, then renamed.

What is fetched lies in `.<name>.part` beside the final folder, with the state that a
later run needs to go on; the final name is taken only when the manifest is written, so
a folder of that name is never half a delivery.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rasure.errors import SetupError
from rasure.sources.contract import MANIFEST
from rasure.sources.errors import FolderTaken
from rasure.sources.remote_zip import Fetched

STATE = ".download.json"


@dataclass
class Downloaded:
    """A finished delivery: where, its files by path, what the publisher lacks."""

    folder: Path
    files: dict[str, Fetched] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    extracted_at: str | None = None
    was_there: bool = False

    @property
    def rows(self) -> int:
        """Data rows in all files, their header lines left out."""
        return sum(max(0, file.lines - 1) for file in self.files.values())


@contextmanager
def in_the_making(folder: Path) -> Iterator[Path]:
    """Give the hidden folder for `folder`, held against a second download.

    Raises `FolderTaken` when another process holds it, and `SetupError` when the disk
    is full. What lies in it stays when the block is left early.
    """
    work = folder.with_name(f".{folder.name}.part")
    try:
        work.mkdir(parents=True, exist_ok=True)
        handle = os.open(work, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield work
        except BlockingIOError as error:
            raise FolderTaken(
                f"Another download to {folder} is under way. Wait for it to end."
            ) from error
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise SetupError(
            f"The disk that holds {folder.parent} is full. Make room, then run the "
            "same command again; it goes on from there."
        ) from error


def finish(work: Path, folder: Path, asked: dict, done: Downloaded) -> Downloaded:
    """Write the manifest, clear what is not of the delivery, take the final name."""
    write_json(work / STATE, {"asked": asked, "missing": done.missing})
    write_json(
        work / MANIFEST,
        {
            "source": "police_uk",
            "kind": "full",
            "extracted_at": done.extracted_at,
            "window": {"from": asked["months"][0], "to": asked["months"][-1]},
            "files": [
                {
                    "path": path,
                    "sha256": file.sha256,
                    "bytes": file.bytes,
                    "rows": max(0, file.lines - 1),
                }
                for path, file in sorted(done.files.items())
            ],
        },
    )
    kept = {work / path for path in (STATE, MANIFEST, *done.files)}
    for path in sorted(work.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
    work.rename(folder)
    done.folder = folder
    return done


def finished(folder: Path, asked: dict) -> Downloaded | None:
    """The download that `folder` holds, None when it is not there or empty.

    Raises `FolderTaken` when it holds anything but what was `asked`.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    known = read_json(folder / STATE)
    manifest = read_json(folder / MANIFEST)
    if known.get("asked") != asked or not manifest:
        raise FolderTaken(
            f"{folder} is there already and holds something else. Remove it to "
            "download again, or name another folder with --to-folder."
        )
    files = {
        file["path"]: Fetched(file["sha256"], file["bytes"], file["rows"] + 1)
        for file in manifest["files"]
    }
    return Downloaded(
        folder, files, known["missing"], manifest["extracted_at"], was_there=True
    )


def read_json(path: Path) -> dict:
    """The object in a JSON file; empty when there is no such file or it is damaged."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def write_json(path: Path, content: dict) -> None:
    """Write a JSON file in one step."""
    partial = path.with_name(f"{path.name}.new")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(path)
