"""One call of dbt: its command line, its environment, its progress.

The checkout stays clean: target, logs and the user file lie under RASURE_HOME. The
connection is handed over in the environment of that one process; session settings go
with it in PGOPTIONS, because dbt opens a connection per thread. `synchronous_commit` is
off since all that dbt builds can be built again; `jit` is off since compiling costs
more than it gains on queries of a second.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from rasure.settings import CHECKOUT, Settings
from rasure.transform import child

PROJECT = CHECKOUT / "dbt"

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


def call(
    settings: Settings, arguments: list[str], say: Callable[[str], None]
) -> tuple[int, str]:
    """Run dbt with `arguments`, hand each line it prints to `say` as it comes.

    Returns dbt's exit code and the last 4,000 characters it printed.
    """
    target_path(settings).mkdir(parents=True, exist_ok=True)
    (settings.logs / "dbt").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rasure-dbt-") as scratch:
        process = subprocess.Popen(
            [sys.executable, "-m", child.__name__, str(os.getpid()), *arguments],
            cwd=scratch,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        tail = ""
        try:
            for line in process.stdout:
                tail = (tail + line)[-4000:]
                say(line.rstrip("\n"))
        finally:
            if process.poll() is None and sys.exc_info()[0] is not None:
                process.terminate()
            code = process.wait()
    return code, tail
