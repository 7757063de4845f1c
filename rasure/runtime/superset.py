"""Superset in a private home: its environment, its server, its first-time set-up.

Superset has an environment of its own (`.venv-superset`), because it needs another
SQLAlchemy than the rest; it is only ever run as another process.
"""

from __future__ import annotations

import subprocess
from collections import deque
from pathlib import Path

from rasure.errors import RasureError, SetupError
from rasure.runtime.environment import base_environment, callers_environment
from rasure.runtime.home import READERS, REMEMBERED
from rasure.runtime.steps import Step
from rasure.settings import CHECKOUT, Settings

OPTIONAL = ("RASURE_TILE_URL", "RASURE_PROTECTIVE_MARKING", "RASURE_SUPERSET_HTTPS")
ENVIRONMENT = CHECKOUT / ".venv-superset"


def program(name: str) -> str:
    """The path of a program of Superset's environment."""
    return str(ENVIRONMENT / "bin" / name)


def check(settings: Settings) -> None:
    """Raise `SetupError` when Superset's environment or its reader is not there."""
    if "database_url" in settings.stored and "reader_url" not in settings.stored:
        raise SetupError(
            "The warehouse is a server of your own, so Superset needs a role there "
            "that may only read. Name it in RASURE_READER_URL, as "
            "postgresql://rasure_reader:…@host/database."
        )
    if not Path(program("superset")).exists():
        raise SetupError(
            f"Superset's environment {ENVIRONMENT} is missing. Run scripts/install."
        )


def release() -> str:
    """The installed version, from the name of its metadata folder."""
    found = ENVIRONMENT.glob("lib/python*/site-packages/apache_superset-*.dist-info")
    names = [path.name.removesuffix(".dist-info") for path in found]
    return names[0].split("-")[1] if names else "unknown"


def environment(settings: Settings, ports: dict[str, int]) -> dict[str, str]:
    """The environment of Superset and of `rasure-superset-sync`."""
    passwords = settings.secrets["postgres"]
    local = f"127.0.0.1:{ports['postgres']}"
    readers = {
        role: f"postgresql://{role}:{passwords[role]}@{local}/rasure"
        for role in READERS
    }
    if "database_url" in settings.stored:  # a server of one's own: only what is named
        readers = dict.fromkeys(READERS, "")
    own = f"postgresql+psycopg2://superset:{passwords['superset']}@{local}/superset"
    base = base_environment(settings)
    told = {
        name: str(settings.stored[REMEMBERED[name]])
        for name in OPTIONAL
        if REMEMBERED[name] in settings.stored
    }
    return {
        **base,
        "PATH": f"{ENVIRONMENT / 'bin'}:{base['PATH']}",
        "RASURE_READER_URL": settings.stored.get("reader_url", readers[READERS[0]]),
        "RASURE_PEOPLE_READER_URL": settings.stored.get(
            "people_reader_url", readers[READERS[1]]
        ),
        **told,
        "SUPERSET_URL": f"http://127.0.0.1:{ports['superset']}",
        "SUPERSET_HOME": str(settings.home / "superset"),
        "SUPERSET_CONFIG_PATH": str(CHECKOUT / "superset" / "superset_config.py"),
        "SUPERSET_SECRET_KEY": settings.secrets["superset"]["secret_key"],
        "SQLALCHEMY_DATABASE_URI": own,
        "FLASK_APP": "superset.app:create_app()",
    }


def server_command(port: int) -> list[str]:
    """The command line of the web server: few processes, some threads each."""
    return [
        program("gunicorn"),
        *("--config", str(CHECKOUT / "superset" / "gunicorn_config.py")),
        *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread"),
        *("--threads", "8", "--timeout", "120", "--graceful-timeout", "10"),
        *("--preload", "--access-logfile", "-", "--error-logfile", "-"),
        "superset.app:create_app()",
    ]


def setup_steps(settings: Settings, ports: dict[str, int]) -> list[Step]:
    """What a new metadata database needs."""
    return [
        Step(
            f"superset {release()}",
            [program("python"), "-P", "-m", "rasure_superset.first_setup"],
            environment(settings, ports),
            settings.secrets["superset"]["admin"],
        )
    ]


def drop_cached_answers() -> int:
    """Drop what charts were answered, so that they ask the marts again; how many.

    The answers lie in files of a cache that every worker of Superset reads; one whose
    file is gone is asked anew.
    """
    folder = Settings.load().home / "superset" / "cache" / "data"
    dropped = 0
    for file in folder.glob("*") if folder.is_dir() else ():
        file.unlink(missing_ok=True)
        dropped += 1
    return dropped


ASSETS_FAULTY = 2  # the exit code of rasure-superset-sync


class PublishFailed(RasureError):
    """Superset could not be brought up to date; what people see is as it was."""


class AssetsFaulty(RasureError):
    """The dashboards do not fit the marts: mend the assets, trying again is no use."""

    exit_code = 2


def synchronise(warm: bool) -> None:
    """Run `rasure-superset-sync` on this home's Superset; `warm` fills its caches.

    Raises `PublishFailed` with the last lines that it wrote, `AssetsFaulty` where they
    name faults of the assets.
    """
    settings = Settings.load()
    check(settings)
    command = [program("rasure-superset-sync")]
    last: deque[str] = deque(maxlen=8)
    with subprocess.Popen(
        [*command, *(["--warm"] if warm else [])],
        env=callers_environment() | environment(settings, settings.stored["ports"]),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            last.append(line)
    if process.returncode != 0:
        fault = AssetsFaulty if process.returncode == ASSETS_FAULTY else PublishFailed
        raise fault(
            f"rasure-superset-sync ended with {process.returncode}:\n{''.join(last)}"
        )
