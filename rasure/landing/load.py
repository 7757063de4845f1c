"""Landing a delivery: one transaction, whole or not at all.

Files are read one after another while the rows of the file before are being copied, so
that both processors work; nothing is visible to anybody until the gate has passed and
the transaction commits. A loader or a server that is killed leaves no row behind, only
a work folder that the next landing clears away.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg

from rasure import schema
from rasure.database import connect
from rasure.errors import RasureError, SetupError
from rasure.landing import manifest as manifests
from rasure.landing import store
from rasure.landing.delivery import Delivery, open_delivery, unread_identity
from rasure.landing.errors import (
    DeliveryRejected,
    LoaderStopped,
    printable,
    sentence,
)
from rasure.landing.workspace import workspace
from rasure.settings import Settings
from rasure.sources import get

Progress = Callable[[str, int, int], None]
# No room for what is worked out, or a connection that closed under us.
MACHINES_FAULT = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    psycopg.InterfaceError,
)


@dataclass(frozen=True)
class Landed:
    """What became of a delivery: `state` is 'landed', or 'known' when the same content
    had been landed before (then nothing was changed and the counts are the first's).
    `files_set_aside` has a sentence for each file that could not be used, and
    `empty_files` the files of a month that hold no row."""

    source: str
    delivery: str
    delivery_id: str
    load_id: int
    state: str
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    seconds: float
    forces: tuple[str, ...]
    fields_emptied: int = 0
    files_set_aside: tuple[str, ...] = ()
    empty_files: tuple[str, ...] = ()


def land(source: str, path: Path | str, progress: Progress | None = None) -> Landed:
    """Land the delivery at `path` (a ZIP archive, a folder or a file) of `source`.

    `progress(file, bytes done, bytes in all)` is called after each file. Raises
    `DeliveryRejected` when the delivery is at fault (this is recorded in
    `ops.deliveries` and nothing of it is kept), `SetupError` when the machine is.
    """
    path = Path(path)
    get(source)
    attempt = store.Attempt(
        source, printable(path.name), datetime.now(UTC), time.monotonic()
    )
    with connect("rasure land", autocommit=True) as connection:
        schema.ensure(connection)
        try:
            return _land(connection, attempt, path, progress or (lambda *_: None))
        except DeliveryRejected as error:
            _record(connection, attempt, path, error)
            raise
        except (RasureError, psycopg.ProgrammingError, MemoryError):
            raise  # the machine's fault or ours, and in words without a value
        except psycopg.OperationalError as error:
            raise SetupError(
                f"The warehouse went away while {path.name} was landing. Nothing of it "
                "was kept; start the warehouse (`rasure up`) and land it again."
            ) from error
        except (OSError, *MACHINES_FAULT) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise SetupError(
                f"{path.name} could not be landed: {why}. Nothing of it was kept; mend "
                "this (is the disk full, or the memory?) and land it again."
            ) from None
        except Exception as fault:
            error = _stopped(attempt, fault)
            _record(connection, attempt, path, error)
            raise error from None


def _stopped(attempt: store.Attempt, fault: Exception) -> LoaderStopped:
    """A refusal for an error that no code expects, by type and place: the error's own
    words could hold a value."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{type(fault).__name__}, {Path(place.filename).name} line {place.lineno}"
    return LoaderStopped(
        sentence(
            attempt.delivery,
            "a delivery that can be read to its end",
            f"one that stopped the loader ({where})",
            "Nothing of it was kept. Look for what is unusual in it, and tell those "
            "who keep Rasure.",
        )
    )


def _record(
    connection: psycopg.Connection,
    attempt: store.Attempt,
    path: Path,
    error: DeliveryRejected,
) -> None:
    attempt.delivery_id = attempt.delivery_id or unread_identity(path)
    store.record_rejection(connection, attempt, str(error))


def _land(
    connection: psycopg.Connection,
    attempt: store.Attempt,
    path: Path,
    progress: Progress,
) -> Landed:
    delivery = open_delivery(path)
    attempt.archive_sha256 = delivery.archive_sha256
    known = _known(connection, attempt, delivery)
    if known:
        return known
    from rasure.landing.transaction import Transaction

    with workspace(Settings.load().work) as folder:
        try:
            load_id = Transaction(connection, attempt, delivery, folder).run(progress)
        except psycopg.errors.UniqueViolation:
            # the same content under another name, or another loader was quicker
            return _known(connection, attempt, delivery)
    landed = store.find(connection, attempt.source, load_id=load_id)
    return Landed(
        source=attempt.source, state="landed", seconds=attempt.seconds, **landed
    )


def _known(
    connection: psycopg.Connection, attempt: store.Attempt, delivery: Delivery
) -> Landed | None:
    """The delivery that was landed before with the same content; None if it is new."""
    identity = attempt.delivery_id
    if identity is None:
        identity = manifests.stated_identity(delivery, attempt.source)
    if identity is None and not delivery.archive_sha256:
        if not _may_be_known(connection, delivery):
            return None
        hashes = {member.path: member.sha256() for member in delivery.data()}
        identity = manifests.identity(hashes)
    by = (
        {"delivery_id": identity}
        if identity
        else {"archive_sha256": delivery.archive_sha256}
    )
    landed = store.find(connection, attempt.source, **by)
    if not landed:
        return None
    return Landed(
        source=attempt.source, state="known", seconds=attempt.seconds, **landed
    )


def _may_be_known(connection: psycopg.Connection, delivery: Delivery) -> bool:
    """True if a file as long as its longest has landed before: then it is hashed."""
    longest = max((member.size for member in delivery.data()), default=0)
    (may_be_known,) = connection.execute(
        "select exists (select 1 from ops.delivery_files where bytes = %s)", (longest,)
    ).fetchone()
    return may_be_known
