"""Take a backup of a home: its database's files, its passwords, keys and settings.

The files are those of the whole cluster: the warehouse, and the databases of Airflow
and Superset. `pg_basebackup` copies them while sessions work, with the part of the log
that makes the copy whole. A home whose log is minimal is backed up when its services
are down: its database is then started for the backup alone.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg
from pyrage import x25519

from rasure.operations import catalogue
from rasure.operations.catalogue import Backup
from rasure.operations.encryption import encrypt, read_recipient
from rasure.operations.errors import BackupFailed
from rasure.operations.options import backup_options
from rasure.runtime.cluster import Cluster
from rasure.runtime.home import database_folder
from rasure.runtime.ports import free_port
from rasure.runtime.services import private_cluster_of
from rasure.runtime.up import locked as home_locked
from rasure.settings import CHECKOUT, Settings

Say = Callable[[str], None]
Progress = Callable[[str, int, int], None]

SLOT = "rasure_backup"
KEPT_FILES = ("secrets.toml", "settings.toml")
KEPT_FOLDERS = ("manifests",)
FOR_BACKUP = {"wal_level": "replica", "max_wal_senders": "6"}
SERVER_OF_ITS_OWN = (
    "The warehouse is on a server of its own and is NOT in this backup. Its operator "
    "backs it up, with pg_basebackup and an archive of its log, pgBackRest or Barman."
)


def take(say: Say, progress: Progress, directory: Path | None = None) -> Backup:
    """Take a backup of this home into `directory`, by default the folder in its
    settings, and delete those that are too old; returns it.

    Raises `BackupFailed`, `BackupBusy`, `KeyRefused` and `SetupError`.
    """
    settings = Settings.load()
    options = backup_options(settings)
    directory, recipient = destination(settings, directory)
    with catalogue.locked(directory), _serving(settings, say) as cluster:
        begun_at = datetime.now(UTC)
        name = f"{begun_at:%Y%m%dT%H%M%SZ}"
        draft = directory / f".{name}{catalogue.UNFINISHED}"
        draft.mkdir(mode=0o700)
        with _removed_on_failure(draft):
            home = encrypt(_home_files(settings), draft / catalogue.HOME, recipient)
            copied = _copy_database(
                cluster, draft / catalogue.BASE, recipient, progress
            )
            backup = Backup(
                folder=draft,
                home_id=options.home_id,
                begun_at=begun_at,
                release=release(),
                postgres=cluster.installation.version,
                recipient=options.recipient,
                has_warehouse="database_url" not in settings.stored
                and not os.environ.get("RASURE_DATABASE_URL"),
                files={catalogue.HOME: home, catalogue.BASE: copied.pop("sealed")},
                **copied,
            )
            catalogue.describe(backup)
            draft.rename(directory / name)
            catalogue.sync_folder(directory)
        backup = catalogue.read(directory / name)
        say(f"backup {backup.folder}: {backup.bytes / 2**20:,.0f} MiB")
        if not backup.has_warehouse:
            say(SERVER_OF_ITS_OWN)
        for old in catalogue.expire(directory, options.home_id, options.keep):
            say(
                f"deleted the backup {old}, which is older than the last {options.keep}"
            )
    return backup


def destination(
    settings: Settings, directory: Path | None = None
) -> tuple[Path, x25519.Recipient]:
    """The folder that a backup of this home goes to, and the key to encrypt it to.

    Raises `BackupFailed` and `KeyRefused` if the home is not ready to be backed up.
    """
    options = backup_options(settings)
    directory = directory or options.directory
    if directory is None:
        raise BackupFailed(
            "Name a folder for the backups, best on another machine's disk: "
            "`rasure backup --to DIR`, or once for all `rasure backup configure --to "
            "DIR`."
        )
    if not options.recipient:
        raise BackupFailed(
            "Backups are encrypted, and this home has no key for them yet. Make one "
            "with `rasure backup key --out FILE`, and keep FILE on another machine."
        )
    if not (settings.home / "postgres").exists():
        raise BackupFailed(f"No database is set up under {settings.home}.")
    return directory.expanduser().resolve(), read_recipient(options.recipient)


def release() -> str:
    """The commit of this release of Rasure, else the version of the package."""
    answer = subprocess.run(
        ["git", "-C", CHECKOUT, "rev-parse", "HEAD"], capture_output=True, text=True
    )
    commit = answer.stdout.strip() if answer.returncode == 0 else ""
    return commit or version("rasure")


@contextlib.contextmanager
def _removed_on_failure(draft: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for path in draft.glob("*"):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            draft.rmdir()
        raise


@contextlib.contextmanager
def _serving(settings: Settings, say: Say) -> Iterator[Cluster]:
    """The home's cluster while it serves; one that is down is started for the block."""
    port = settings.stored.get("ports", {}).get("postgres", 0)
    cluster = private_cluster_of(settings, port)
    if cluster.postmaster() is not None:
        if not _keeps_whole_log(cluster):
            raise BackupFailed(
                "This home writes a minimal log, which is quicker, and from which no "
                "backup can be taken while its database works. Run `rasure down`, "
                "`rasure backup` and `rasure up`; or, for backups without a pause, "
                "`rasure backup configure --online`, `rasure down` and `rasure up`."
            )
        yield cluster
        return
    with home_locked(settings, say):
        cluster = Cluster(
            database_folder(settings),
            free_port(),
            cluster.password,
            cluster.settings | FOR_BACKUP,
        )
        if not cluster.exists:
            raise BackupFailed(f"The database under {settings.home} was never set up.")
        say("starting the database for the backup alone")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def _keeps_whole_log(cluster: Cluster) -> bool:
    try:
        with cluster.admin() as connection:
            level = connection.execute("show wal_level").fetchone()
            return level != ("minimal",)
    except psycopg.OperationalError as error:
        raise BackupFailed(
            "The database of this home does not answer. `rasure down` ends what a "
            "killed command has left of it; then try again."
        ) from error


def _home_files(settings: Settings) -> io.BytesIO:
    """A tar of the passwords, the settings and the manifests of the home."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for name in (*KEPT_FILES, *KEPT_FOLDERS):
            if (settings.home / name).exists():
                tar.add(settings.home / name, name)
    content.seek(0)
    return content


class _Stream:
    """The output of `pg_basebackup`, with the progress that the server reports."""

    def __init__(self, stream, report: Callable[[], None]) -> None:
        self.stream, self.report, self.blocks = stream, report, 0

    def read(self, size: int = -1) -> bytes:
        self.blocks += 1
        if self.blocks % 500 == 0:
            self.report()
        return self.stream.read(size)


def _copy_database(cluster: Cluster, path: Path, recipient, progress: Progress) -> dict:
    """Copy the database's files, encrypted, to `path`; returns fields of a `Backup`.

    A replication slot keeps the server from removing the part of the log that the copy
    needs, however long the copy takes.
    """
    with cluster.admin() as admin:
        (data_bytes,) = admin.execute(
            "select sum(pg_database_size(oid))::bigint from pg_database"
        ).fetchone()

        def report() -> None:
            row = admin.execute(
                "select backup_streamed, backup_total from pg_stat_progress_basebackup"
            ).fetchone()
            if row and row[1]:
                progress("database", *row)

        (first_segment,) = admin.execute(
            "select pg_walfile_name(lsn) from"
            " pg_create_physical_replication_slot(%s, true, true)",
            [f"{SLOT}_{os.getpid()}"],
        ).fetchone()
        command = [
            cluster.installation.program("pg_basebackup"),
            *("--host=127.0.0.1", f"--port={cluster.port}", "--username=postgres"),
            *("--pgdata=-", "--format=tar", "--wal-method=fetch", "--no-password"),
            *("--compress=client-gzip:1", "--checkpoint=fast", "--label=rasure"),
        ]
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                command,
                env=client_environment(cluster),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
            with process:
                try:
                    source = _Stream(process.stdout, report)
                    sealed = encrypt(source, path, recipient)
                except BaseException:
                    process.terminate()
                    raise
            if process.returncode != 0:
                complaints.seek(0)
                lines = complaints.read().decode(errors="replace").splitlines()
                raise BackupFailed(
                    "The copy of the database was not finished: "
                    f"{lines[-1] if lines else 'pg_basebackup ended without a word'}"
                )
        (ended_at,) = admin.execute("select clock_timestamp()").fetchone()
    return {
        "sealed": sealed,
        "ended_at": ended_at.astimezone(UTC),
        "first_segment": first_segment,
        "data_bytes": data_bytes,
    }


def client_environment(cluster: Cluster) -> dict[str, str]:
    """The environment of a client program of PostgreSQL, with the password."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }
    return kept | {"PGPASSWORD": cluster.password, "LC_ALL": "C.UTF-8"}
