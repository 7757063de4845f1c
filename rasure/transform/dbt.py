"""Calls of dbt: its process, its environment, its progress.

The checkout stays clean: target, logs and the user file lie under RASURE_HOME. The
connection is handed over in the environment of that one process; session settings go
with it in PGOPTIONS, because dbt opens a connection per thread. `synchronous_commit` is
off since all that dbt builds can be built again; `jit` is off since compiling costs
more than it gains on queries of a second. There is one thread more than there are
cores, since one of them writes or waits (184 s to 164 s for all of a force, on two).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from rasure.places.definition import dbt_variables
from rasure.settings import CHECKOUT, Settings
from rasure.transform import child

PROJECT = CHECKOUT / "dbt"
MOST_THREADS = 9

SESSION = {
    "timezone": "UTC",
    "client_min_messages": "warning",
    "work_mem": "128MB",
    "maintenance_work_mem": "256MB",
    "synchronous_commit": "off",
    "jit": "off",
}


def target_path(settings: Settings) -> Path:
    """Where dbt keeps its manifest (for partial parsing) and its results."""
    return settings.home / "dbt" / "target"


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a dbt process: ours, with the connection and the paths."""
    url = urlsplit(settings.database_url)
    options = parse_qs(url.query)
    host = url.hostname or options.get("host", ["localhost"])[0]
    session = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    return {
        "RASURE_DBT_THREADS": str(min((os.cpu_count() or 1) + 1, MOST_THREADS)),
        **os.environ,
        "RASURE_DBT_HOST": host,
        "RASURE_DBT_PORT": str(url.port or options.get("port", ["5432"])[0]),
        "RASURE_DBT_USER": unquote(url.username or ""),
        "RASURE_DBT_PASSWORD": unquote(url.password or ""),
        "RASURE_DBT_DBNAME": unquote(url.path.lstrip("/")),
        "PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} {session}".strip(),
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(target_path(settings)),
        "DBT_LOG_PATH": str(settings.logs / "dbt"),
        "DBT_LOG_LEVEL_FILE": "info",  # all that dbt could say takes a tenth of a run
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "true",
        "DBT_USE_COLORS": "false",
    }


class Session:
    """A process of dbt that serves any number of calls; use it as a context manager.

    It loads while its caller does something else; the first call waits for that.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._scratch = tempfile.TemporaryDirectory(prefix="rasure-dbt-")
        target_path(settings).mkdir(parents=True, exist_ok=True)
        (settings.logs / "dbt").mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", child.__name__, str(os.getpid())],
            cwd=self._scratch.name,
            env=environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._process.terminate()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._scratch.cleanup()

    def call(self, arguments: list[str], say: Callable[[str], None]) -> tuple[int, str]:
        """Run dbt with `arguments`, hand each line it prints to `say` as it comes.

        A home's own figures go with them as variables. Returns dbt's exit code and the
        last 4,000 characters it printed.
        """
        if variables := dbt_variables():
            arguments = [*arguments, "--vars", json.dumps(variables)]
        with contextlib.suppress(BrokenPipeError):  # it ended: its last words follow
            self._process.stdin.write(json.dumps(arguments) + "\n")
            self._process.stdin.flush()
        tail = ""
        for line in self._process.stdout:
            if line.startswith(child.DONE):
                return int(line.removeprefix(child.DONE)), tail
            tail = (tail + line)[-4000:]
            say(line.rstrip("\n"))
        return self._process.wait() or 2, tail


def call(
    settings: Settings, arguments: list[str], say: Callable[[str], None]
) -> tuple[int, str]:
    """One call of dbt in a process of its own; see `Session.call`."""
    with Session(settings) as session:
        return session.call(arguments, say)
