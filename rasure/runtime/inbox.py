"""The watched folder: how a delivery is offered, and what came of it.

A delivery (an archive, a folder or a file) may take a while to copy, so it is landed
only once its flag, an empty file `<name>.ready`, is in the same folder. Landing
replaces the flag with `<name>.landed`, or with `<name>.rejected`, which holds the
reason. To offer a delivery again, put a new `<name>.ready` there.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from rasure.errors import SetupError
from rasure.landing.errors import DeliveryRejected
from rasure.settings import Settings

READY = ".ready"
OUTCOMES = (".landed", ".rejected")


class DeliveryElsewhere(DeliveryRejected):
    """The path of a delivery leads out of the source's watched folder."""


def folder(source: str) -> Path:
    """The watched folder of a source."""
    return Settings.load().landing / source


def waiting(source: str) -> list[str]:
    """The paths of the deliveries that are ready, the oldest flag first."""
    flags = [flag for flag in folder(source).glob(f"*{READY}") if flag.is_file()]
    flags.sort(key=lambda flag: (flag.stat().st_mtime, flag.name))
    deliveries = [flag.with_name(flag.name.removesuffix(READY)) for flag in flags]
    return [str(path) for path in deliveries if path.exists()]


def waiting_since(source: str) -> list[float]:
    """When each delivery that is ready was flagged, as seconds since the epoch."""
    flags = (Path(f"{path}{READY}") for path in waiting(source))
    return [flag.stat().st_mtime for flag in flags if flag.exists()]


def check_lies_within(source: str, path: Path) -> None:
    """Raise `DeliveryElsewhere` unless `path`, its links resolved, is in the folder of
    the source.

    Who may start a DAG may name a path. Without this check they could have any file of
    the machine read, and be told of what is in it.
    """
    if folder(source).resolve() not in path.resolve().parents:
        raise DeliveryElsewhere(
            f"A delivery of {source} lies in {folder(source)}, and the path that was "
            "given leads elsewhere. Copy the delivery there and start again, or use "
            "`rasure land`."
        )


def offer(source: str, path: Path, name: str | None = None) -> Path:
    """Copy a delivery into the watched folder and flag it; returns its path there."""
    target = put(source, path, name)
    for outcome in OUTCOMES:
        _flag(target, outcome).unlink(missing_ok=True)
    _flag(target, READY).touch()
    return target


def put(source: str, path: Path, name: str | None = None) -> Path:
    """Copy a delivery into the watched folder without a flag; returns its path there.

    On one disk the files of a folder are linked, not copied, because nothing writes to
    a delivery.
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
    """True if the folder has a landed delivery of this name and these file sizes."""
    target = folder(source) / (name or path.name)
    landed = _flag(target, ".landed").exists() and not _flag(target, READY).exists()
    return landed and _sizes(path) == _sizes(target)


def _sizes(path: Path) -> dict[str, int]:
    files = path.rglob("*") if path.is_dir() else [path]
    return {
        str(file.relative_to(path)): file.stat().st_size
        for file in files
        if file.is_file()
    }


def record_outcome(path: Path, outcome: str, text: str = "") -> None:
    """Replace the flag of a delivery with `outcome`, a file that holds `text`.

    `outcome` is `.landed` or `.rejected`. Does nothing for a delivery without a flag
    (one that was not offered in this folder). On a full disk the file stays empty, and
    only `ops.deliveries` holds the rest.
    """
    flag = _flag(path, READY)
    if not flag.exists():
        return
    file = _flag(path, outcome)
    try:
        file.write_text(text)
        flag.unlink()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        flag.replace(file)  # needs no room


def refusal(path: Path) -> str | None:
    """The reason why a delivery in this folder was rejected; None if it was not."""
    reason = _flag(path, ".rejected")
    return reason.read_text() if reason.exists() else None


def _flag(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
