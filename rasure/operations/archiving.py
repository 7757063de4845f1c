"""Keep the log of a home's database, so that any minute after a backup can be restored.

A service of its own receives the log from the server as it is written, through a
replication slot. It encrypts each file that is complete, and moves it into the folder
of the backups. The server begins a new file at least once a minute while anything is
written. While the service is down the server keeps what it has not fetched, up to
`max_slot_wal_keep_size`. The service's log says when a part was lost.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from rasure.operations import catalogue
from rasure.operations.catalogue import UNFINISHED, WAL_ENDING
from rasure.operations.encryption import encrypt, read_recipient
from rasure.operations.errors import BackupFailed
from rasure.operations.options import backup_options
from rasure.operations.taking import client_environment
from rasure.runtime.cluster import Cluster
from rasure.runtime.services import LOG_SLOT, private_cluster_of
from rasure.settings import Settings

POLL_SECONDS = 1
SEGMENT_NAME = "[0-9A-F]" * 24
SLOT = "select wal_status from pg_replication_slots where slot_name = %s"


def archive(say: Callable[[str], None]) -> None:
    """Keep the log until the process is ended; raises `BackupFailed` and
    `SetupError`."""
    settings = Settings.load()
    options = backup_options(settings)
    if not (options.point_in_time and options.directory and options.recipient):
        raise BackupFailed(
            "This home keeps no log. `rasure backup configure --to DIR "
            "--point-in-time` makes it keep one."
        )
    recipient = read_recipient(options.recipient)
    folder = options.directory / catalogue.WAL / options.home_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink()
    received = settings.home / "run" / "log"
    received.mkdir(mode=0o700, exist_ok=True)
    cluster = private_cluster_of(settings, settings.stored["ports"]["postgres"])
    make_slot(cluster, say)
    command = [
        cluster.installation.program("pg_receivewal"),
        *("--host=127.0.0.1", f"--port={cluster.port}", "--username=postgres"),
        *(f"--directory={received}", f"--slot={LOG_SLOT}", "--no-password"),
        *("--no-loop", "--status-interval=5"),
    ]
    receiver = subprocess.Popen(
        command, env=client_environment(cluster), stdin=subprocess.DEVNULL
    )
    say(f"keeping the log in {folder}")
    try:
        while receiver.poll() is None:
            move_complete(received, folder, recipient)
            time.sleep(POLL_SECONDS)
    finally:
        receiver.terminate()
        receiver.wait()
    move_complete(received, folder, recipient)
    raise BackupFailed("The database stopped sending its log. See `rasure status`.")


def make_slot(cluster: Cluster, say: Callable[[str], None]) -> None:
    """Make the replication slot; a slot that lost a part of the log is made again."""
    try:
        with cluster.admin() as connection:
            row = connection.execute(SLOT, [LOG_SLOT]).fetchone()
            if row == ("lost",):
                say(
                    "THE LOG HAS A GAP: the server kept it for as long as it had room, "
                    "and this service did not fetch it. Take a backup now; times "
                    "before that cannot be restored to the minute."
                )
                connection.execute("select pg_drop_replication_slot(%s)", [LOG_SLOT])
                row = None
            if row is None:
                connection.execute(
                    "select pg_create_physical_replication_slot(%s, true)", [LOG_SLOT]
                )
    except psycopg.OperationalError as error:
        raise BackupFailed("The database of this home does not answer.") from error


def move_complete(received: Path, folder: Path, recipient) -> list[str]:
    """Encrypt the complete files of the log into `folder`; returns their names.

    A file leaves `received` only when its copy is on the disk.
    """
    moved = []
    for path in sorted(received.glob(SEGMENT_NAME)):
        target = folder / f"{path.name}{WAL_ENDING}"
        draft = folder / f".{path.name}{UNFINISHED}"
        draft.unlink(missing_ok=True)
        with tempfile.TemporaryFile(dir=received) as packed:
            with (
                path.open("rb") as content,
                gzip.open(packed, "wb", compresslevel=1) as zipped,
            ):
                shutil.copyfileobj(content, zipped)
            packed.seek(0)
            try:
                encrypt(packed, draft, recipient)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        draft.replace(target)
        catalogue.sync_folder(folder)
        path.unlink()
        moved.append(path.name)
    return moved
