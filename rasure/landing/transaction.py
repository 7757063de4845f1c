"""The transaction of one delivery: read and copy every file, judge, commit."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg

from rasure.landing import copying, records, store
from rasure.landing import manifest as manifests
from rasure.landing.check import CheckedRows, RowChecker
from rasure.landing.delivery import Delivery, Member
from rasure.landing.errors import printable
from rasure.landing.gate import Gate, failed_files, raise_on_failure
from rasure.landing.names import FileSetAside, named_files
from rasure.landing.profile import is_readable, profile
from rasure.landing.unpack import Unpacked, unpack
from rasure.sources.contract import FileName

FILES_AHEAD = 2  # unpacked before their turn
COPIES_WAITING = 32  # checked files that wait on disk for their COPY


class Transaction:
    """One delivery on its way in. `run` is called once."""

    def __init__(
        self,
        connection: psycopg.Connection,
        attempt: store.Attempt,
        delivery: Delivery,
        folder: Path,
    ):
        self.gate = Gate(attempt.source)
        self.connection, self.attempt = connection, attempt
        self.delivery, self.folder = delivery, folder
        self.manifest, self.contract = manifests.open_contract(delivery, attempt.source)
        self.has_manifest = delivery.manifest() is not None
        attempt.kind = self.manifest.kind
        attempt.extracted_at = self.manifest.extracted_at
        attempt.window = self.manifest.window
        self.files, self.set_aside = named_files(delivery, self.contract)
        self.checker = RowChecker(folder)
        self.before = (
            store.rows_in_force(connection, attempt.source)
            if attempt.kind == "full"
            else {}
        )
        self.profiles: list[dict] = []
        self.hashes: dict[str, str] = {}
        self.landed: list[store.LandedFile] = []

    def run(self, progress) -> int:
        """Land the delivery; returns its load id.

        Raises `DeliveryRejected`, or psycopg's `UniqueViolation` when the same content
        is already there; in either case nothing is kept.
        """
        connection, attempt = self.connection, self.attempt
        result = None
        try:
            with connection.transaction():
                load_id = store.next_ids(connection, "ops.deliveries", "load_id", 1)[0]
                with ThreadPoolExecutor(1) as unpacker, ThreadPoolExecutor(1) as copier:
                    copies = self._read_all(load_id, unpacker, copier, progress)
                    attempt.delivery_id = manifests.identity(
                        self.hashes, self.manifest.said
                    )
                    attempt.verdicts, result = self.gate.judge(self.profiles)
                    for copy in copies:
                        copy.result()
                self._set_files_aside()
                copying.copy_quarantine(connection, load_id, self.landed)
                store.record_landed(
                    connection, attempt, load_id, self.landed, self.set_aside
                )
                if self.contract.before_commit:
                    self.contract.before_commit(connection, load_id)
            attempt.decided = time.monotonic()
        finally:
            if result is not None:
                records.keep_docs(attempt, self.gate, result)
        if not self.has_manifest:
            records.keep_manifest(attempt, self.landed)
        if self.contract.after_commit:
            with suppress(psycopg.Error):
                self.contract.after_commit(connection, load_id)
        return load_id

    def _set_files_aside(self) -> None:
        """Set aside the files that failed a file rule, if the source does that and a
        file is left; else raise `GateFailed`."""
        failed = failed_files(self.attempt.verdicts)
        kept = [file for file in self.landed if file.unpacked.path not in failed]
        if not (self.contract.sets_files_aside and kept):
            raise_on_failure(self.attempt.delivery, self.attempt.verdicts)
        names = {member.path: name for member, name in self.files}
        rows = {profile["file"]: profile["rows"] for profile in self.profiles}
        for path, verdict in failed.items():
            reason = f"expected {verdict.expected}, found {verdict.found}"
            if verdict.column:
                reason = f"{verdict.column}: {reason}"
            self.set_aside.append(
                FileSetAside(printable(path), names[path].force, reason, rows[path])
            )
        gone = [file for file in self.landed if file.unpacked.path in failed]
        copying.take_back(self.connection, gone)
        self.landed = kept

    def _read_all(
        self,
        load_id: int,
        unpacker: ThreadPoolExecutor,
        copier: ThreadPoolExecutor,
        progress,
    ) -> list[Future]:
        """Read the files in turn, one being unpacked ahead and one copied behind."""
        numbers = store.next_ids(
            self.connection, "ops.delivery_files", "file_id", len(self.files)
        )
        copies: list[Future] = []
        total, done = sum(member.size for member, _ in self.files), 0
        ahead = deque(
            unpacker.submit(self._unpack, *file) for file in self.files[:FILES_AHEAD]
        )
        for place, (member, name) in enumerate(self.files):
            unpacked = ahead.popleft().result()
            if place + FILES_AHEAD < len(self.files):
                following = self.files[place + FILES_AHEAD]
                ahead.append(unpacker.submit(self._unpack, *following))
            file = self._check(unpacked, name, numbers[place])
            if file:
                job = (copying.copy_file, self.connection, self.attempt, load_id, file)
                copies.append(copier.submit(*job))
            if len(copies) > COPIES_WAITING:
                copies[-1 - COPIES_WAITING].result()
            done += member.size
            progress(member.path, done, total)
        return copies

    def _unpack(self, member: Member, name: FileName) -> Unpacked:
        kind = self.contract.kinds[name.kind]
        return unpack(member, self.attempt.delivery, self.folder, kind)

    def _check(
        self, unpacked: Unpacked, name: FileName, file_id: int
    ) -> store.LandedFile | None:
        """Check a file's rows; returns it when there is something of it to copy."""
        kind = self.contract.kinds[name.kind].as_in(unpacked.header)
        self.hashes[unpacked.path] = unpacked.sha256
        rows = None
        if is_readable(unpacked, kind):
            try:
                rows = self.checker.check(unpacked, kind, name.month)
            except duckdb.InvalidInputException:  # not CSV; the gate says so
                rows = CheckedRows(unpacked.rows)
        self.profiles.append(
            profile(
                unpacked,
                kind,
                name,
                self.manifest,
                rows,
                self.before.get(name),
                datetime.now(UTC),
            )
        )
        if not rows:
            return None
        file = store.LandedFile(file_id, kind, name, unpacked, rows)
        self.landed.append(file)
        return file if rows.good else None
