"""A live pull: read the changes in a force's replica since the last pull and land them.

Each table is read from its watermark less an overlap, because a change may be committed
after a later one; rows of the overlap that an earlier pull has read are skipped. The
rows become a delivery with its manifest and land like any other. Only then do the
watermarks advance, so that after a pull that was killed, or whose delivery was
rejected, the next pull reads the same rows again.
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
# Systems write 1753, 1900 or 1970 where they know no time.
REAL_FROM = datetime(1970, 1, 2, tzinfo=UTC)
MOST_DIGESTS = 200_000  # digests in memory before those that are too old are dropped
ENCODING = "utf-8"  # a replica may hold characters that the extract's encoding lacks


class PullUnderWay(RasureError):
    """Another pull of the same force has not ended."""


class Landed(Protocol):
    """The part of `rasure.landing.Landed` that a pull needs."""

    load_id: int


@dataclass
class Watermark:
    """How far a table has been pulled, and the digests of the last rows pulled."""

    modified_to: datetime = LONG_AGO
    seen: set[bytes] = field(default_factory=set)


@dataclass
class Reading:
    """The state of reading a table.

    `newest` is the newest change so far, at most `now`; `oldest` the oldest that is no
    stand-in for "not known"; `near` holds the time and the digest of rows changed
    within `overlap` before the newest.
    """

    overlap: timedelta
    now: datetime
    newest: datetime = LONG_AGO
    oldest: datetime | None = None
    near: list[tuple[datetime, bytes]] = field(default_factory=list)
    most: int = MOST_DIGESTS

    def note(self, changed: datetime, digest: bytes) -> None:
        """Record the change time and the digest of a row."""
        self.newest = max(self.newest, min(changed, self.now))
        if REAL_FROM <= changed <= self.now:
            self.oldest = min(self.oldest or changed, changed)
        if changed >= self.newest - self.overlap:
            self.near.append((changed, digest))
        if len(self.near) > self.most:
            self.near = self.kept()
            self.most = max(self.most, 2 * len(self.near))

    def kept(self) -> list[tuple[datetime, bytes]]:
        """The rows changed within `overlap` before the newest change so far."""
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
    """Pull the changed rows (all rows if `full`, and the first time) and land them.

    `land` is `rasure.landing.land`. It is an argument because landing imports the
    sources, so a source may not import landing. Returns what `land` returns. Raises
    `ReplicaUnfit` when the replica does not fit the mapping, `PullUnderWay`, and the
    errors of `land`.
    """
    mapping = mappings.load(force)
    with _exclusive_folder(force) as folder:
        watermarks = _watermarks(force)
        is_full = full or not watermarks
        started_at = datetime.now(UTC)
        readings: dict[str, Reading] = {}
        with opened(url) as connection:
            tables = [
                Table(connection, mapping, name, schema) for name in mapping.entities
            ]
            work = folder / ".part"
            work.mkdir()
            files = []
            for table in tables:
                watermark = (
                    Watermark() if is_full else watermarks.get(table.name, Watermark())
                )
                reading = readings[table.name] = Reading(overlap, started_at)
                path, rows = _write(work, table, watermark, reading)
                if rows or is_full or table.name == "occurrences":
                    files.append(_file_entry(path, rows))
                else:
                    path.unlink()
        if is_full:
            known = [one.oldest for one in readings.values() if one.oldest]
            since = min(known, default=started_at - overlap)
        else:
            since = min(one.modified_to for one in watermarks.values()) - overlap
        delivery = _finish(work, mapping, is_full, started_at, since, files)
        landed = land("niche_rms", delivery)
        _advance_watermarks(force, watermarks, readings, landed.load_id)
        shutil.rmtree(delivery)
    return landed


def _write(
    work: Path, table: Table, watermark: Watermark, reading: Reading
) -> tuple[Path, int]:
    """Write a table's file; returns its path and its number of rows."""
    path, rows = work / f"{table.file}.csv", 0
    since = (
        watermark.modified_to - reading.overlap
        if watermark.modified_to > LONG_AGO
        else None
    )
    with path.open("w", encoding=ENCODING, newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(table.headers.values())
        for changed, values in table.rows(since, reading.now):
            digest = hashlib.blake2b(
                "\x1f".join(values).encode(errors="replace"), digest_size=16
            ).digest()
            if changed or not table.changed:
                reading.note(changed or LONG_AGO, digest)
            if digest not in watermark.seen:
                writer.writerow(values)
                rows += 1
    return path, rows


def _file_entry(path: Path, rows: int) -> dict:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    size = path.stat().st_size
    return {"path": path.name, "sha256": sha256, "bytes": size, "rows": rows}


def _finish(
    work: Path,
    mapping: Mapping,
    is_full: bool,
    started_at: datetime,
    since: datetime,
    files: list[dict],
) -> Path:
    """Write the manifest, with a window from `since`, and rename the folder; returns
    its path."""
    kind = "full" if is_full else "delta"
    content = {
        "source": "niche_rms",
        "force": mapping.force,
        "kind": kind,
        "extracted_at": started_at.isoformat(),
        "window": {
            "from": max(since, LONG_AGO).isoformat(),
            "to": started_at.isoformat(),
        },
        "encoding": ENCODING,
        "files": files,
    }
    (work / MANIFEST).write_text(json.dumps(content, indent=2) + "\n")
    name = f"niche_rms-{mapping.force}-{kind}-{started_at:%Y%m%dT%H%M%SZ}"
    return work.rename(work.with_name(name))


@contextmanager
def _exclusive_folder(force: str) -> Iterator[Path]:
    """Yield the force's own folder for pulls, empty and locked against another pull."""
    folder = Settings.load().home / "pulled" / force
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PullUnderWay(
                f"Another pull of {force} is under way. Wait for it to end."
            ) from error
        for leftover in folder.iterdir():  # of a pull that was killed or rejected
            shutil.rmtree(leftover)
        yield folder


def _watermarks(force: str) -> dict[str, Watermark]:
    with connect("rasure pull") as connection:
        warehouse_schema.ensure(connection)
        rows = connection.execute(
            "select entity, modified_to, seen from ops.niche_watermarks"
            " where force = %s",
            (force,),
        ).fetchall()
    return {entity: Watermark(at, set(map(bytes, seen))) for entity, at, seen in rows}


def _advance_watermarks(
    force: str,
    watermarks: dict[str, Watermark],
    readings: dict[str, Reading],
    load_id: int,
) -> None:
    """Move the watermarks to the newest change that was read, never back."""
    with connect("rasure pull") as connection:
        for entity, reading in readings.items():
            before = watermarks.get(entity, Watermark()).modified_to
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
