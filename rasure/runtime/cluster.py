"""A private PostgreSQL cluster: create, start, kill and remove it.

A cluster listens on the loopback address only, has no Unix socket (so that no path is
too long for one), requires a password from everyone and writes data checksums.
`rasure up` runs one under its process manager; a test uses a temporary one:

    with private_cluster() as url: ...
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from rasure.errors import SetupError
from rasure.runtime import postgres
from rasure.runtime.ports import free_port
from rasure.runtime.server_settings import ALWAYS, INITDB_OPTIONS

# For tests: a crash of the machine would lose data, a crash of the server would not.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "jit": "off",
}


@dataclass
class Cluster:
    """A cluster in `folder` (its data folder), on `port`, with a superuser."""

    folder: Path
    port: int
    password: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def installation(self) -> postgres.Installation:
        """The programs of the data folder's version; the newest for a new folder."""
        answer = postgres.run(["cat", self.folder / "PG_VERSION"])
        return postgres.find(int(answer.stdout) if answer.returncode == 0 else None)

    @property
    def exists(self) -> bool:
        """True if `create` has finished in this folder."""
        return postgres.run(["test", "-f", self.folder / "complete"]).returncode == 0

    def create(self) -> None:
        """Run initdb; start again if an earlier call was killed before it finished."""
        if self.exists:
            return
        if self.folder.exists():
            shutil.rmtree(self.folder)
        postgres.make_folder(self.folder)
        password = Path(tempfile.mkdtemp(dir=tempfile.gettempdir())) / "password"
        postgres.make_folder(password.parent)
        try:
            password.write_text(self.password)
            password.chmod(0o644)  # inside a folder that only the server may enter
            answer = postgres.run(
                [
                    *(self.installation.program("initdb"), "-D", self.folder),
                    *(*INITDB_OPTIONS, f"--pwfile={password}"),
                ]
            )
        finally:
            shutil.rmtree(password.parent)
        if answer.returncode != 0:
            raise SetupError(
                f"PostgreSQL could not make its files in {self.folder}: "
                f"{answer.stderr.strip() or answer.stdout.strip()}"
            )
        postgres.run(["touch", self.folder / "complete"])

    def command(self) -> list[str]:
        """The command line of the server in the foreground."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **ALWAYS,
            **self.settings,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self.installation.program("postgres"), "-D", str(self.folder), *options]

    def url(
        self, database: str = "postgres", role: str = "", password: str = ""
    ) -> str:
        """A libpq URL, of the superuser when no role is given."""
        login = f"{role}:{password}" if role else f"postgres:{self.password}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the superuser, in autocommit mode."""
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def start(self, timeout: float = 60) -> None:
        """Start the server without a process manager and wait until it answers.

        After `kill`, PostgreSQL recovers from its log. The start is repeated while
        processes of a killed server still hold its memory, for `timeout` seconds.
        """
        log = self.folder / "server.log"
        command = [self.installation.program("pg_ctl"), "start", "-w", "-s"]
        server = " ".join(f"'{part}'" for part in self.command()[3:])
        command += ["-D", self.folder, "-l", log, "-t", int(timeout), "-o", server]
        give_up = time.monotonic() + timeout
        while postgres.run(command).returncode != 0:
            if time.monotonic() > give_up:
                raise SetupError(f"PostgreSQL did not start; its log is {log}.")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server and end its open sessions; does nothing when it is down."""
        program = self.installation.program("pg_ctl")
        postgres.run([program, "stop", "-D", self.folder, "-m", "fast", "-w", "-s"])

    def postmaster(self) -> int | None:
        """The server's process id, None when it does not run."""
        answer = postgres.run(["head", "-1", self.folder / "postmaster.pid"])
        if answer.returncode != 0 or not answer.stdout.strip():
            return None
        pid = int(answer.stdout)
        with contextlib.suppress(OSError):
            if os.path.realpath(f"/proc/{pid}/cwd") == str(self.folder.resolve()):
                return pid
        return None

    def kill(self) -> None:
        """End the server and all its sessions at once with SIGKILL, as a crash does."""
        pid = self.postmaster()
        if pid is None:
            return
        listing = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True
        ).stdout.split()
        for victim in (pid, *map(int, listing)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)


def make_role(
    connection: psycopg.Connection, role: str, password: str, *rights: str
) -> None:
    """Create the role or change its password; `rights` are such as `createdb`."""
    exists = connection.execute(
        "select true from pg_roles where rolname = %s", (role,)
    ).fetchone()
    connection.execute(
        sql.SQL("{} role {} with login {} password {}").format(
            sql.SQL("alter" if exists else "create"),
            sql.Identifier(role),
            sql.SQL(" ".join(rights)),
            sql.Literal(password),
        )
    )


@contextlib.contextmanager
def running_cluster(folder: Path | None = None, fast: bool = True) -> Iterator[Cluster]:
    """A temporary cluster in a new folder, removed at the end.

    Without `folder`, or if the server's user cannot reach it, the cluster is in the
    machine's temporary folder. Every database that is created in it has PostGIS. It has
    the roles `rasure` (may create databases; owns the database `rasure`) and both
    readers, all with the superuser's password.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    if folder is None or postgres.unreachable(folder):
        own = Path(tempfile.mkdtemp(prefix="rasure-"))
        own.chmod(0o711)
    else:
        own = Path(tempfile.mkdtemp(prefix="cluster-", dir=folder))
        own.chmod(0o711)
    cluster = Cluster(
        own / "data", free_port(), secrets.token_urlsafe(12), FAST if fast else {}
    )
    try:
        cluster.create()
        cluster.start()
        with cluster.admin("template1") as connection:
            connection.execute("create extension postgis")
        with cluster.admin() as connection:
            make_role(connection, "rasure", cluster.password, "createdb")
            for reader in ("rasure_reader", "rasure_people_reader"):
                make_role(connection, reader, cluster.password)
            connection.execute("create database rasure owner rasure")
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(own, ignore_errors=True)


@contextlib.contextmanager
def private_cluster(folder: Path | None = None, fast: bool = True) -> Iterator[str]:
    """The URL of an empty database `rasure` in a temporary cluster."""
    with running_cluster(folder, fast) as cluster:
        yield cluster.url("rasure", "rasure", cluster.password)
