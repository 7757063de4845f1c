"""Build a delivery folder: hidden until it is complete, then renamed.

Fetched files go to `.<name>.part`, next to the final folder, with the state that a
later run needs to continue. The folder gets its final name after the manifest is
written, so a folder of that name is always a complete delivery.
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
from rasure.sources.errors import FolderInUse
from rasure.sources.remote_zip import Fetched

STATE = ".download.json"


@dataclass
class Downloaded:
    """A finished delivery: its folder, its files by path, and the files not published.

    `was_there` is True if an earlier download had finished it.
    """

    folder: Path
    files: dict[str, Fetched] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    extracted_at: str | None = None
    was_there: bool = False

    @property
    def rows(self) -> int:
        """The number of data rows in all files, without the header lines."""
        return sum(max(0, file.lines - 1) for file in self.files.values())


@contextmanager
def unfinished_folder(folder: Path) -> Iterator[Path]:
    """Yield the hidden folder for `folder`, locked against a second download.

    Raises `FolderInUse` when another process has locked it, and `SetupError` when the
    disk is full. The files in it stay when the block is left early.
    """
    work = folder.with_name(f".{folder.name}.part")
    try:
        work.mkdir(parents=True, exist_ok=True)
        handle = os.open(work, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield work
        except BlockingIOError as error:
            raise FolderInUse(
                f"Another download to {folder} is under way. Wait for it to end."
            ) from error
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise SetupError(
            f"The disk that holds {folder.parent} is full. Make room, then run the "
            "same command again; it continues from there."
        ) from error


def finish(
    work: Path, folder: Path, request: dict, downloaded: Downloaded
) -> Downloaded:
    """Write the manifest, remove all other files and rename the folder."""
    write_json(work / STATE, {"asked": request, "missing": downloaded.missing})
    write_json(
        work / MANIFEST,
        {
            "source": "police_uk",
            "kind": "full",
            "extracted_at": downloaded.extracted_at,
            "window": {"from": request["months"][0], "to": request["months"][-1]},
            "files": [
                {
                    "path": path,
                    "sha256": file.sha256,
                    "bytes": file.bytes,
                    "rows": max(0, file.lines - 1),
                }
                for path, file in sorted(downloaded.files.items())
            ],
        },
    )
    kept = {work / path for path in (STATE, MANIFEST, *downloaded.files)}
    for path in sorted(work.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
    work.rename(folder)
    downloaded.folder = folder
    return downloaded


def finished(folder: Path, request: dict) -> Downloaded | None:
    """The finished download in `folder`; None if the folder is missing or empty.

    Raises `FolderInUse` when it holds anything but the files of `request`.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    state = read_json(folder / STATE)
    manifest = read_json(folder / MANIFEST)
    if state.get("asked") != request or not manifest:
        raise FolderInUse(
            f"{folder} is there already and holds something else. Remove it to "
            "download again, or name another folder with --to-folder."
        )
    files = {
        file["path"]: Fetched(file["sha256"], file["bytes"], file["rows"] + 1)
        for file in manifest["files"]
    }
    return Downloaded(
        folder, files, state["missing"], manifest["extracted_at"], was_there=True
    )


def read_json(path: Path) -> dict:
    """The object in a JSON file; empty when the file is missing or damaged."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def write_json(path: Path, content: dict) -> None:
    """Write a JSON file atomically."""
    partial = path.with_name(f"{path.name}.new")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(path)
