"""A live pull: what has changed in a force's replica since the pull before, landed.

Each table is read from its watermark on, less an overlap, since a change may be
committed after a later one; rows of the overlap that were pulled before are passed
over. What was read becomes a delivery with its manifest and lands like any other, and
only then do the watermarks move: a pull that is killed, or whose delivery is refused,
has not been, and the next one reads the same again.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from rasure import schema as warehouse_schema
from rasure.database import connect
from rasure.errors import RasureError
from rasure.settings import Settings
from rasure.sources.contract import MANIFEST
from rasure.sources.niche_rms import mapping as mappings
from rasure.sources.niche_rms.mapping import Mapping
from rasure.sources.niche_rms.replica import LONG_AGO, Table, opened

OVERLAP = timedelta(minutes=30)
MOST_HELD = 200_000  # digests, before those that are too old are let go
ENCODING = "utf-8"  # a replica may hold characters that the extract's encoding has not


class PullUnderWay(RasureError):
    """Another pull of the same force has not ended."""


class Landed(Protocol):
    """The part of `rasure.landing.Landed` that a pull needs."""

    load_id: int


@dataclass
class Mark:
    """How far a table has been pulled, and what of its end has been."""

    modified_to: datetime = LONG_AGO
    seen: set[bytes] = field(default_factory=set)


@dataclass
class Reading:
    """What a pull notes of a table while it reads: the newest change, no later than
    `now`, and the digests of rows from `overlap` before it."""

    overlap: timedelta
    now: datetime
    newest: datetime = LONG_AGO
    near: list[tuple[datetime, bytes]] = field(default_factory=list)
    most: int = MOST_HELD

    def note(self, changed: datetime, digest: bytes) -> None:
        """Note a row."""
        self.newest = max(self.newest, min(changed, self.now))
        if changed >= self.newest - self.overlap:
            self.near.append((changed, digest))
        if len(self.near) > self.most:
            self.near = self.kept()
            self.most = max(self.most, 2 * len(self.near))

    def kept(self) -> list[tuple[datetime, bytes]]:
        """The rows near the end, as far as it is known."""
        since = self.newest - self.overlap
        return [row for row in self.near if row[0] >= since]


def pull(
    url: str,
    force: str,
    land: Callable[[str, Path], Landed],
    *,
    full: bool = False,
    overlap: timedelta = OVERLAP,
    schema: str | None = None,
) -> Landed:
    """Pull what has changed (everything if `full`, and the first time) and land it.

    `land` is `rasure.landing.land`. It is given, because landing imports the sources
    and a source may not import landing. Returns what `land` returns. Raises
    `ReplicaUnfit` when the replica is not as the mapping says, `PullUnderWay`, and what
    `land` raises.
    """
    mapping = mappings.load(force)
    with _alone(force) as folder:
        marks = _marks(force)
        whole = full or not marks
        taken = datetime.now(UTC)
        readings: dict[str, Reading] = {}
        with opened(url) as connection:
            tables = [
                Table(connection, mapping, name, schema) for name in mapping.entities
            ]
            work = folder / ".part"
            work.mkdir()
            files = []
            for table in tables:
                mark = Mark() if whole else marks.get(table.name, Mark())
                reading = readings[table.name] = Reading(overlap, taken)
                path, rows = _write(work, table, mark, reading)
                if rows or whole or table.name == "occurrences":
                    files.append(_stated(path, rows))
                else:
                    path.unlink()
        delivery = _finish(work, mapping, whole, taken, marks, overlap, files)
        landed = land("niche_rms", delivery)
        _move(force, marks, readings, landed.load_id)
        shutil.rmtree(delivery)
    return landed


def _write(work: Path, table: Table, mark: Mark, reading: Reading) -> tuple[Path, int]:
    """Write a table's file; returns its path and its number of rows."""
    path, rows = work / f"{table.file}.csv", 0
    since = mark.modified_to - reading.overlap if mark.modified_to > LONG_AGO else None
    with path.open("w", encoding=ENCODING, newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(table.headers.values())
        for changed, values in table.rows(since, reading.now):
            digest = hashlib.blake2b(
                "\x1f".join(values).encode(errors="replace"), digest_size=16
            ).digest()
            if changed or not table.changed:
                reading.note(changed or LONG_AGO, digest)
            if digest not in mark.seen:
                writer.writerow(values)
                rows += 1
    return path, rows


def _stated(path: Path, rows: int) -> dict:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    size = path.stat().st_size
    return {"path": path.name, "sha256": sha256, "bytes": size, "rows": rows}


def _finish(
    work: Path,
    mapping: Mapping,
    whole: bool,
    taken: datetime,
    marks: dict[str, Mark],
    overlap: timedelta,
    files: list[dict],
) -> Path:
    """Write the manifest and take the delivery's name."""
    kind = "full" if whole else "delta"
    since = LONG_AGO if whole else min(mark.modified_to for mark in marks.values())
    content = {
        "source": "niche_rms",
        "force": mapping.force,
        "kind": kind,
        "extracted_at": taken.isoformat(),
        "window": {
            "from": max(since - overlap, LONG_AGO).isoformat(),
            "to": taken.isoformat(),
        },
        "encoding": ENCODING,
        "files": files,
    }
    (work / MANIFEST).write_text(json.dumps(content, indent=2) + "\n")
    name = f"niche_rms-{mapping.force}-{kind}-{taken:%Y%m%dT%H%M%SZ}"
    return work.rename(work.with_name(name))


@contextmanager
def _alone(force: str) -> Iterator[Path]:
    """The force's own folder for pulls, empty, and held against another pull."""
    folder = Settings.load().home / "pulled" / force
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PullUnderWay(
                f"Another pull of {force} is under way. Wait for it to end."
            ) from error
        for left in folder.iterdir():  # of a pull that was killed or refused
            shutil.rmtree(left)
        yield folder


def _marks(force: str) -> dict[str, Mark]:
    with connect("rasure pull") as connection:
        warehouse_schema.ensure(connection)
        found = connection.execute(
            "select entity, modified_to, seen from ops.niche_watermarks"
            " where force = %s",
            (force,),
        ).fetchall()
    return {entity: Mark(at, set(map(bytes, seen))) for entity, at, seen in found}


def _move(
    force: str,
    marks: dict[str, Mark],
    readings: dict[str, Reading],
    load_id: int,
) -> None:
    """Move the watermarks to the newest change that was read; never back."""
    with connect("rasure pull") as connection:
        for entity, reading in readings.items():
            before = marks.get(entity, Mark()).modified_to
            reading.newest = max(reading.newest, before)
            connection.execute(
                "insert into ops.niche_watermarks"
                " (force, entity, modified_to, seen, load_id)"
                " values (%s, %s, %s, %s, %s)"
                " on conflict (force, entity) do update set"
                " modified_to = excluded.modified_to, seen = excluded.seen,"
                " load_id = excluded.load_id",
                (
                    force,
                    entity,
                    reading.newest,
                    sorted({digest for _, digest in reading.kept()}),
                    load_id,
                ),
            )
