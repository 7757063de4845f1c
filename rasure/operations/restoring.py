"""Restore a backup into a new home, as it was at its end or at a later minute.

The command writes to a new folder and never over a home. If a step fails, it removes
what it wrote. It starts the database once to recover and to count rows, and stops it at
the end.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import pwd
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import tomli_w

from rasure.operations import catalogue
from rasure.operations.catalogue import WAL_ENDING, Backup
from rasure.operations.encryption import Sealed, decrypt, read_key
from rasure.operations.errors import BackupUnreadable, RestoreFailed
from rasure.operations.taking import FOR_BACKUP, SERVER_OF_ITS_OWN
from rasure.runtime import home as homes
from rasure.runtime import postgres, supervisor
from rasure.runtime.cluster import Cluster
from rasure.runtime.home import database_folder, write_private
from rasure.runtime.ports import free_port
from rasure.runtime.services import private_cluster_of
from rasure.settings import Settings

Say = Callable[[str], None]

# Where a home is backed up to is not restored: two homes must not share that folder.
NOT_RESTORED = ("directory", "point_in_time", "id")
NEWEST_LANDING = """
    select max(landed_at) from ops.deliveries where state = 'landed'
"""


@dataclass(frozen=True)
class Restored:
    """A restored home, its cluster (which is down), and when its newest delivery
    landed; None if there is none, or the warehouse is elsewhere."""

    settings: Settings
    cluster: Cluster
    newest_landing: datetime | None


def restore(
    backup_folder: Path,
    target: Path,
    key_file: Path,
    say: Say,
    until: datetime | None = None,
    ask: Callable[[Cluster], None] = lambda cluster: None,
) -> Restored:
    """Restore a backup into the folder `target`, which is empty or absent.

    `until`, with a time zone: what was committed by then is in it and nothing later;
    the home must have kept its log. `ask` is called while the restored database runs.
    Raises `BackupUnreadable`, `KeyRefused`, `RestoreFailed` and `SetupError`; the
    target is then as it was.
    """
    backup = catalogue.read(backup_folder.expanduser().resolve())
    key = read_key(key_file)
    target = target.expanduser().resolve()
    _check_time(backup, until)
    _check_target(backup, target)
    settings = Settings(target)
    with _removed_on_failure(target):
        _restore_home(backup, key, target)
        homes.check(settings)
        homes.prepare(settings)
        cluster = _cluster(settings, backup)
        say(f"restoring the database of {backup.begun_at:%Y-%m-%d %H:%M} UTC")
        _extract(backup, key, cluster)
        recovery = {}
        if until is not None:
            recovery = _roll_forward(backup, key, cluster, until, say)
        newest = _recover(backup, cluster, recovery, until, ask)
        shutil.rmtree(_log_folder(cluster), ignore_errors=True)
        postgres.run(["rm", "-f", cluster.folder / "backup_manifest"])
    if not backup.has_warehouse:
        say(SERVER_OF_ITS_OWN)
    return Restored(settings, cluster, newest)


def _check_time(backup: Backup, until: datetime | None) -> None:
    if until is not None and until < backup.ended_at:
        raise RestoreFailed(
            f"This backup ended at {backup.ended_at:%Y-%m-%d %H:%M:%S} UTC and cannot "
            "be turned back. Name a later time, or an earlier backup of `rasure backup "
            "list`."
        )


def _check_target(backup: Backup, target: Path) -> None:
    """Raise `RestoreFailed` unless the target is free and has room."""
    if supervisor.states(Settings(target)):
        raise RestoreFailed(
            f"The services of {target} are running. A backup is never restored over a "
            "home: name another folder, or run `rasure down` there and move it away."
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RestoreFailed(
            f"There are files in {target}. A backup is never restored over a home: "
            "name another folder, or move this one away."
        )
    existing = next(part for part in (target, *target.parents) if part.exists())
    free = shutil.disk_usage(existing).free
    needed = backup.data_bytes + 2**30
    if free < needed:
        raise RestoreFailed(
            f"The disk that holds {target} has {free / 2**30:.1f} GiB left and this "
            f"backup needs {needed / 2**30:.1f} GiB. Name a folder on another disk."
        )


@contextlib.contextmanager
def _removed_on_failure(target: Path) -> Iterator[None]:
    """Remove the home and the files of its database if the block raises."""
    existed = target.exists()
    try:
        yield
    except BaseException as error:
        elsewhere = target / "postgres"
        if elsewhere.is_symlink():
            shutil.rmtree(elsewhere.resolve(), ignore_errors=True)
            elsewhere.unlink()
        shutil.rmtree(target, ignore_errors=True)
        if existed:
            target.mkdir(exist_ok=True)
        if isinstance(error, OSError):
            raise RestoreFailed(
                f"The home could not be written to {target} ({error.strerror}). "
                "Nothing was restored."
            ) from error
        raise


def _check_file(backup: Backup, name: str, found: Sealed) -> None:
    if found != backup.files.get(name):
        raise BackupUnreadable(
            f"The file {backup.folder / name} is not the one that this backup was made "
            "with. Use another copy of it, or another backup."
        )


def _restore_home(backup: Backup, key, target: Path) -> None:
    """Write the passwords, keys, settings and manifests; a wrong key is found here."""
    with tempfile.SpooledTemporaryFile(max_size=2**28) as content:
        found = decrypt(backup.folder / catalogue.HOME, content, key)
        _check_file(backup, catalogue.HOME, found)
        content.seek(0)
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tarfile.open(fileobj=content) as tar:
            _unpack(tar, target)
    path = target / "settings.toml"
    stored = tomllib.loads(path.read_text()) if path.exists() else {}
    options = stored.get("backup", {})
    stored["backup"] = {
        name: value for name, value in options.items() if name not in NOT_RESTORED
    }
    write_private(path, tomli_w.dumps(stored))
    (target / "secrets.toml").chmod(0o600)


def _unpack(tar: tarfile.TarFile, target: Path) -> None:
    """Unpack files and folders into `target` as the user's own, and nothing else.

    Python 3.11.2 of Debian 12 has no filters for this.
    """
    root = target.resolve()
    for member in tar.getmembers():
        is_inside = (root / member.name).resolve().is_relative_to(root)
        if not is_inside or not (member.isreg() or member.isdir()):
            raise BackupUnreadable(
                f"The backup holds {member.name!r} among the files of the home, which "
                "is no file or folder of a home. Use another backup."
            )
        member.mode &= 0o755
        member.uid, member.gid = os.getuid(), os.getgid()
        member.uname = member.gname = ""
    tar.extractall(target)  # noqa: S202 - each member was checked above


def _cluster(settings: Settings, backup: Backup) -> Cluster:
    """The cluster of the restored home, on a free port."""
    postgres.find(backup.postgres)
    usual = private_cluster_of(settings, free_port())
    return Cluster(
        database_folder(settings),
        usual.port,
        usual.password,
        usual.settings | FOR_BACKUP,
    )


def _extract(backup: Backup, key, cluster: Cluster) -> None:
    """Decrypt and unpack the database's files, as the server's user."""
    postgres.make_folder(cluster.folder)
    user = postgres.operating_user()
    identity = {"user": user, "group": user, "extra_groups": []} if user else {}
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(
            ["tar", "--extract", "--gzip", "--directory", cluster.folder],
            cwd="/",
            stdin=subprocess.PIPE,
            stderr=complaints,
            **identity,
        ) as unpacking:
            try:
                found = decrypt(backup.folder / catalogue.BASE, unpacking.stdin, key)
            except BrokenPipeError:
                found = None  # tar has ended and says why
            except BaseException:
                unpacking.kill()
                raise
        if unpacking.returncode != 0:
            complaints.seek(0)
            words = complaints.read().decode(errors="replace").strip().splitlines()
            raise RestoreFailed(
                f"The database's files could not be written to {cluster.folder}: "
                f"{words[0] if words else 'tar ended without a word'}"
            )
    _check_file(backup, catalogue.BASE, found)
    answer = postgres.run(
        [
            cluster.installation.program("pg_verifybackup"),
            *("--quiet", "--exit-on-error", cluster.folder),
        ]
    )
    if answer.returncode != 0:
        raise BackupUnreadable(
            "The database's files are not those of their manifest: "
            f"{(answer.stderr.strip() or answer.stdout.strip()).splitlines()[-1]}"
        )


def _log_folder(cluster: Cluster) -> Path:
    return cluster.folder.parent / "log_to_replay"


def _roll_forward(
    backup: Backup, key, cluster: Cluster, until: datetime, say: Say
) -> dict[str, str]:
    """Unpack the log from the backup on; returns the settings that replay it."""
    folder = _log_folder(cluster)
    postgres.make_folder(folder)
    segments = list(_consecutive(backup))
    if not segments:
        raise RestoreFailed(
            "The log of the time after this backup was not kept in "
            f"{backup.folder.parent / catalogue.WAL / backup.home_id}. It can be "
            "restored as it was at its end only: leave out --until."
        )
    say(f"unpacking {len(segments)} files of the log")
    for path in segments:
        _unpack_segment(path, folder / path.name.removesuffix(WAL_ENDING), key)
    postgres.run(["touch", cluster.folder / "recovery.signal"])
    return {
        "restore_command": f'cp "{folder}/%f" "%p"',
        "recovery_target_time": f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00",
        "recovery_target_action": "promote",
        "recovery_target_timeline": "current",
    }


def _consecutive(backup: Backup) -> Iterator[Path]:
    """The files of the log from the backup on, up to the first that is missing."""
    known = {
        path.name.removesuffix(WAL_ENDING): path
        for path in catalogue.segments(backup.folder.parent, backup.home_id)
    }
    name = backup.first_segment
    while name in known:
        yield known[name]
        name = next_segment(name)


def next_segment(name: str) -> str:
    """The name of the file of the log after `name`, for files of 16 MiB.

    >>> next_segment("0000000100000000000000FF")
    '000000010000000100000000'
    """
    number = int(name[8:16], 16) * 256 + int(name[16:], 16) + 1
    return f"{name[:8]}{number // 256:08X}{number % 256:08X}"


def _unpack_segment(path: Path, target: Path, key) -> None:
    """Decrypt and uncompress a file of the log for the server's user."""
    with tempfile.TemporaryFile(dir=target.parent) as packed:
        decrypt(path, packed, key)
        packed.seek(0)
        try:
            with gzip.open(packed) as content, target.open("xb") as file:
                shutil.copyfileobj(content, file)
        except (gzip.BadGzipFile, EOFError) as error:
            raise BackupUnreadable(f"The file {path} of the log is damaged.") from error
    user = postgres.operating_user()
    if user:
        entry = pwd.getpwnam(user)
        os.chown(target, entry.pw_uid, entry.pw_gid)
    target.chmod(0o600)


def _recover(
    backup: Backup,
    cluster: Cluster,
    recovery: dict[str, str],
    until: datetime | None,
    ask: Callable[[Cluster], None],
) -> datetime | None:
    """Start the database until it has recovered, ask it, and stop it; returns when the
    newest delivery landed."""
    starting = Cluster(
        cluster.folder,
        cluster.port,
        cluster.password,
        # nobody connects before it has recovered, whatever the settings of its release
        cluster.settings | {"hot_standby": "off"} | recovery,
    )
    user = postgres.operating_user()
    identity = {"user": user, "group": user, "extra_groups": []} if user else {}
    server = subprocess.Popen(
        starting.command(),
        cwd="/",
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        **identity,
    )
    words: list[str] = []
    reading = threading.Thread(target=lambda: words.extend(server.stderr), daemon=True)
    reading.start()
    try:
        while not _has_recovered(cluster):
            if server.poll() is not None:
                reading.join(5)
                raise RestoreFailed(_why(words, until))
            time.sleep(0.2)
        ask(cluster)
        newest = None
        if backup.has_warehouse:
            with cluster.admin("rasure") as connection:
                (landings,) = connection.execute(
                    "select to_regclass('ops.deliveries')"
                ).fetchone()
                if landings:
                    (newest,) = connection.execute(NEWEST_LANDING).fetchone()
        with cluster.admin() as connection:
            connection.execute("checkpoint")
        return newest
    finally:
        cluster.stop()
        server.kill()
        server.wait()
        reading.join(5)


def _has_recovered(cluster: Cluster) -> bool:
    try:
        with cluster.admin() as connection:
            row = connection.execute("select not pg_is_in_recovery()").fetchone()
            return row[0]
    except psycopg.OperationalError:
        return False


def _why(words: list[str], until: datetime | None) -> str:
    """A sentence for a database that did not recover, from what it logged."""
    if any("before configured recovery target was reached" in line for line in words):
        last = [line for line in words if "last completed transaction" in line]
        end = last[-1].split("log time ")[-1].strip() if last else "an earlier time"
        return (
            f"The log that was kept ends at {end} and does not reach "
            f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC. Name a time before its "
            "end, or leave out --until for the end of the backup."
        )
    fatal = [line for line in words if "FATAL" in line or "PANIC" in line]
    last = (fatal or words or ["it ended without a word"])[-1].strip()
    return f"The restored database did not start: {last}"
