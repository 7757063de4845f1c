"""What the warehouse keeps of deliveries: the statements of a landing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime

import psycopg

from rasure.landing.check import CheckedRows
from rasure.landing.gate import Verdict
from rasure.landing.names import FileSetAside
from rasure.landing.unpack import Unpacked
from rasure.sources.contract import FileKind, FileName


@dataclass
class Attempt:
    """A delivery that was offered, as far as it got."""

    source: str
    delivery: str
    received_at: datetime
    started: float
    kind: str = "full"
    extracted_at: datetime | None = None
    window: tuple[datetime | None, datetime | None] = (None, None)
    archive_sha256: str | None = None
    delivery_id: str | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    decided: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds from the offer to the decision, or until now before there is one."""
        return (self.decided or time.monotonic()) - self.started


@dataclass(frozen=True)
class LandedFile:
    """A file whose rows are in the raw table (or on their way there)."""

    file_id: int
    kind: FileKind
    name: FileName
    unpacked: Unpacked
    rows: CheckedRows


def find(
    connection: psycopg.Connection, source: str, **by: str | int | None
) -> dict | None:
    """The landed delivery with this `load_id`, `archive_sha256` or `delivery_id`, by
    the names of `Landed`; None if there is none."""
    ((column, value),) = by.items()
    if value is None:
        return None
    row = connection.execute(
        "select delivery_id, delivery, load_id, rows_read, rows_landed,"
        "       rows_quarantined,"
        "       array(select distinct force from ops.delivery_files as files"
        "             where files.load_id = deliveries.load_id order by force),"
        "       (select coalesce(sum(rows), 0)::bigint"
        "        from ops.emptied_fields as fields"
        "        where fields.load_id = deliveries.load_id),"
        "       array(select file || ': ' || reason from ops.files_set_aside as aside"
        "             where aside.load_id = deliveries.load_id order by file),"
        "       array(select file from ops.delivery_files as files"
        "             where files.load_id = deliveries.load_id"
        "                 and files.rows_read = 0 and month is not null order by file)"
        " from ops.deliveries where state = 'landed' and source = %s"
        f" and {column} = %s",
        (source, value),
    ).fetchone()
    if row is None:
        return None
    names = ("delivery_id", "delivery", "load_id", "rows_read", "rows_landed")
    names += ("rows_quarantined", "forces", "fields_emptied")
    names += ("files_set_aside", "empty_files")
    values = (tuple(one) if isinstance(one, list) else one for one in row)
    return dict(zip(names, values, strict=True))


def rows_in_force(connection: psycopg.Connection, source: str) -> dict[FileName, int]:
    """The rows of the newest landed full file of each kind, force and month."""
    newest = connection.execute(
        "select distinct on (force, month, files.kind)"
        "       files.kind, force, month, files.rows_landed"
        " from ops.delivery_files as files join ops.deliveries using (load_id)"
        " where state = 'landed' and source = %s and deliveries.kind = 'full'"
        " order by force, month, files.kind, load_id desc",
        (source,),
    )
    return {FileName(kind, force, month): rows for kind, force, month, rows in newest}


def next_ids(
    connection: psycopg.Connection, table: str, column: str, number: int
) -> list[int]:
    """Draw `number` values from an identity column's sequence."""
    query = "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)"
    return [value for (value,) in connection.execute(query, (table, column, number))]


def record_landed(
    connection: psycopg.Connection,
    attempt: Attempt,
    load_id: int,
    files: list[LandedFile],
    set_aside: list[FileSetAside],
) -> None:
    """Write the delivery, its files, what was set aside, and its verdicts."""
    counts = {
        "rows_read": sum(file.rows.read for file in files),
        "rows_landed": sum(file.rows.landed for file in files),
        "rows_quarantined": sum(len(file.rows.quarantined) for file in files),
    }
    _insert_delivery(connection, attempt, "landed", counts, load_id=load_id)
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.delivery_files (file_id, load_id, file, kind, force,"
            " month, sha256, bytes, encoding, rows_read, rows_landed, rows_quarantined)"
            " overriding system value"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [_file_row(load_id, file) for file in files],
        )
        cursor.executemany(
            "insert into ops.emptied_fields"
            " (file_id, load_id, column_names, reason, rows)"
            " values (%s, %s, %s, %s, %s)",
            [
                (file.file_id, load_id, list(one.columns), one.reason, one.rows)
                for file in files
                for one in file.rows.emptied
            ],
        )
        cursor.executemany(
            "insert into ops.files_set_aside (load_id, file, force, rows, reason)"
            " values (%s, %s, %s, %s, %s) on conflict do nothing",
            [(load_id, one.file, one.force, one.rows, one.reason) for one in set_aside],
        )
    _insert_verdicts(connection, attempt, load_id)


def record_rejection(
    connection: psycopg.Connection, attempt: Attempt, message: str
) -> None:
    """Write that a delivery was refused, once for the same content."""
    with connection.transaction():
        connection.execute(
            "delete from ops.deliveries"
            " where state = 'rejected' and source = %s and delivery_id = %s",
            (attempt.source, attempt.delivery_id),
        )
        load_id = _insert_delivery(connection, attempt, "rejected", {}, error=message)
        _insert_verdicts(connection, attempt, load_id)


def _insert_delivery(
    connection: psycopg.Connection,
    attempt: Attempt,
    state: str,
    counts: dict[str, int],
    load_id: int | None = None,
    error: str | None = None,
) -> int:
    load_id = load_id or next_ids(connection, "ops.deliveries", "load_id", 1)[0]
    values = {
        "load_id": load_id,
        "delivery_id": attempt.delivery_id,
        "source": attempt.source,
        "delivery": attempt.delivery,
        "kind": attempt.kind,
        "state": state,
        "archive_sha256": attempt.archive_sha256,
        "extracted_at": attempt.extracted_at,
        "window_from": attempt.window[0],
        "window_to": attempt.window[1],
        "received_at": attempt.received_at,
        "seconds": round(attempt.seconds, 3),
        "error": error,
        **counts,
    }
    columns = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    connection.execute(
        f"insert into ops.deliveries ({columns}, landed_at)"
        " overriding system value"
        f" values ({places}, {'now()' if state == 'landed' else 'null'})",
        values,
    )
    return load_id


def _insert_verdicts(
    connection: psycopg.Connection, attempt: Attempt, load_id: int
) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.gate_results (load_id, delivery_id, checked_at, file,"
            " expectation, column_name, expected, found, success)"
            " values (%s, %s, now(), %s, %s, %s, %s, %s, %s)",
            [
                (
                    load_id,
                    attempt.delivery_id,
                    verdict.file,
                    verdict.expectation,
                    verdict.column,
                    verdict.expected,
                    verdict.found,
                    verdict.success,
                )
                for verdict in attempt.verdicts
            ],
        )


def _file_row(load_id: int, file: LandedFile) -> tuple[int | str | date | None, ...]:
    return (
        file.file_id,
        load_id,
        file.unpacked.path,
        file.kind.name,
        file.name.force,
        file.name.month,
        file.unpacked.sha256,
        file.unpacked.bytes,
        file.unpacked.encoding,
        file.rows.read,
        file.rows.landed,
        len(file.rows.quarantined),
    )
