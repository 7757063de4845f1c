"""The watched folder: how a delivery is handed over, and what became of it.

A delivery (an archive, a folder or a file) may take a while to copy, so it counts only
once a flag, an empty file `<name>.ready`, stands beside it. Whoever lands it renames
the flag to `<name>.landed` or `<name>.rejected` (which then holds the reason). To offer
a delivery again, put a new `<name>.ready` there.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rasure.errors import SetupError
from rasure.settings import Settings

READY = ".ready"
OUTCOMES = (".landed", ".rejected")


def folder(source: str) -> Path:
    """The watched folder of a source."""
    return Settings.load().landing / source


def waiting(source: str) -> list[str]:
    """The paths of the deliveries that are ready, the oldest flag first."""
    flags = [flag for flag in folder(source).glob(f"*{READY}") if flag.is_file()]
    flags.sort(key=lambda flag: (flag.stat().st_mtime, flag.name))
    found = [flag.with_name(flag.name.removesuffix(READY)) for flag in flags]
    return [str(path) for path in found if path.exists()]


def offer(source: str, path: Path, name: str | None = None) -> Path:
    """Copy a delivery into the watched folder and flag it; the path it has there."""
    target = put(source, path, name)
    for outcome in OUTCOMES:
        _beside(target, outcome).unlink(missing_ok=True)
    _beside(target, READY).touch()
    return target


def put(source: str, path: Path, name: str | None = None) -> Path:
    """Copy a delivery into the watched folder without a flag; the path it has there.

    On one disk the files are linked, not copied: a delivery is never written to.
    """
    if not path.exists():
        raise SetupError(f"There is nothing at {path}. Name a ZIP, a folder or a file.")
    target = folder(source) / (name or path.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.resolve() != target.resolve():
        if path.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(path, target, copy_function=_link_or_copy)
        else:
            shutil.copyfile(path, target)
    return target


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


def is_landed(source: str, path: Path, name: str | None = None) -> bool:
    """Whether a delivery of this name and these file sizes lies here, landed."""
    target = folder(source) / (name or path.name)
    landed = _beside(target, ".landed").exists() and not _beside(target, READY).exists()
    return landed and _sizes(path) == _sizes(target)


def _sizes(path: Path) -> dict[str, int]:
    files = path.rglob("*") if path.is_dir() else [path]
    return {
        str(file.relative_to(path)): file.stat().st_size
        for file in files
        if file.is_file()
    }


def settle(path: Path, outcome: str, text: str = "") -> None:
    """Put `.landed` or `.rejected` with `text` in place of the flag of a delivery.

    Does nothing for a delivery without a flag (one that was not handed over here).
    """
    flag = _beside(path, READY)
    if flag.exists():
        _beside(path, outcome).write_text(text)
        flag.unlink()


def refusal(path: Path) -> str | None:
    """Why a delivery that lies here was refused; None where it was not."""
    told = _beside(path, ".rejected")
    return told.read_text() if told.exists() else None


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
