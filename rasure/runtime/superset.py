"""Superset: its environment, its server, its first-time set-up.

Superset needs another version of SQLAlchemy than the rest of Rasure, so it has a Python
environment of its own (`.venv-superset`) and always runs as a separate process.
"""

from __future__ import annotations

import json
import subprocess
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from rasure.errors import RasureError, SetupError
from rasure.runtime import identity, replica, reports
from rasure.runtime.environment import base_environment, callers_environment
from rasure.runtime.home import READERS, STORED_VARIABLES
from rasure.runtime.steps import Step
from rasure.settings import CHECKOUT, Settings

OPTIONAL_SETTINGS = (
    "RASURE_TILE_URL",
    "RASURE_PROTECTIVE_MARKING",
    "RASURE_SUPERSET_HTTPS",
    "RASURE_SUPERSET_IDLE_MINUTES",
)
ENVIRONMENT = CHECKOUT / ".venv-superset"
SYNC = "rasure-superset-sync"
ANSWERS_PREFIX = "rasure-answers:"  # as in superset_config.py
ASSETS_FAULTY = 2  # the exit code of rasure-superset-sync for faulty assets


class PublishFailed(RasureError):
    """Superset could not be brought up to date; the dashboards stay as they were."""


class AssetsFaulty(RasureError):
    """The dashboards do not fit the marts: correct the assets before trying again."""

    exit_code = 2


def program(name: str) -> str:
    """The path of a program of Superset's environment."""
    return str(ENVIRONMENT / "bin" / name)


def check(settings: Settings) -> None:
    """Raise `SetupError` if Superset's environment or its reader role is missing."""
    if "database_url" in settings.stored and "reader_url" not in settings.stored:
        raise SetupError(
            "The warehouse is a server of your own, so Superset needs a role there "
            "that may only read. Name it in RASURE_READER_URL, as "
            "postgresql://rasure_reader:…@host/database."
        )
    for path in (program("superset"), program(SYNC)):
        if not Path(path).exists():
            raise SetupError(
                f"Superset's program {path} is missing. Run scripts/install."
            )


def release() -> str:
    """The installed version of Superset, from the name of its metadata folder."""
    folders = ENVIRONMENT.glob("lib/python*/site-packages/apache_superset-*.dist-info")
    names = [folder.name.removesuffix(".dist-info") for folder in folders]
    return names[0].split("-")[1] if names else "unknown"


def environment(settings: Settings) -> dict[str, str]:
    """The environment of Superset and of `rasure-superset-sync`."""
    if "database_url" in settings.stored:  # not our server: only the readers it names
        readers = dict.fromkeys(READERS, "")
    else:
        readers = {
            role: settings.role_url(role, "rasure", server="reader") for role in READERS
        }
    redis = settings.redis_url(1)
    base = base_environment(settings)
    optional = {
        name: str(settings.stored[STORED_VARIABLES[name]])
        for name in OPTIONAL_SETTINGS
        if STORED_VARIABLES[name] in settings.stored
    }
    provider = identity.of_part(settings, "superset")
    if provider:
        optional["RASURE_IDENTITY"] = json.dumps(provider)
    return {
        **base,
        "PATH": f"{ENVIRONMENT / 'bin'}:{base['PATH']}",
        "RASURE_READER_URL": settings.stored.get("reader_url", readers[READERS[0]]),
        "RASURE_PEOPLE_READER_URL": settings.stored.get(
            "people_reader_url", readers[READERS[1]]
        ),
        **optional,
        **({"RASURE_REDIS_URL": redis} if redis else {}),
        **({"RASURE_JSON_LOGS": "1"} if settings.json_logs else {}),
        "SUPERSET_URL": f"http://{settings.address('superset')}",
        "SUPERSET_HOME": str(settings.home / "superset"),
        "SUPERSET_CONFIG_PATH": str(CHECKOUT / "superset" / "superset_config.py"),
        "SUPERSET_SECRET_KEY": settings.secrets["superset"]["secret_key"],
        "SQLALCHEMY_DATABASE_URI": settings.role_url(
            "superset", "superset", scheme="postgresql+psycopg2"
        ),
        "FLASK_APP": "superset.app:create_app()",
    }


def server_command(port: int, host: str = "127.0.0.1") -> list[str]:
    """The command line of the web server: two processes with eight threads each."""
    return [
        program("gunicorn"),
        *("--config", str(CHECKOUT / "superset" / "gunicorn_config.py")),
        *("--bind", f"{host}:{port}", "--workers", "2", "--worker-class", "gthread"),
        *("--threads", "8", "--timeout", "120", "--graceful-timeout", "10"),
        *("--preload", "--access-logfile", "-", "--error-logfile", "-"),
        "superset.app:create_app()",
    ]


def reports_command() -> list[str]:
    """The command line of the service that sends reports."""
    return [program("python"), "-P", "-m", "rasure_superset.reports.service"]


def setup_steps(settings: Settings) -> list[Step]:
    """The steps that set up a new metadata database."""
    return [
        Step(
            f"superset {release()}",
            [program("python"), "-P", "-m", "rasure_superset.first_setup"],
            environment(settings),
            settings.secrets["superset"]["admin"],
        )
    ]


def drop_cached_answers() -> int:
    """Delete the cached answers of charts, so that they query the marts again.

    All workers of Superset read the cache from these files or, in a deployment, from
    Redis. Where the dashboards read a replica, it waits for that to have the marts, or
    charts would keep answers from before. Returns the number of answers. Raises
    `SetupError`.
    """
    settings = Settings.load()
    replica.wait_until_current(settings)
    if url := settings.redis_url(1):
        return _drop_answers_in_redis(url)
    folder = settings.home / "superset" / "cache" / "data"
    dropped = 0
    for file in folder.glob("*") if folder.is_dir() else ():
        file.unlink(missing_ok=True)
        dropped += 1
    return dropped


def _drop_answers_in_redis(url: str) -> int:
    import redis

    try:
        with redis.Redis.from_url(url, socket_timeout=30) as client:
            keys = list(client.scan_iter(f"{ANSWERS_PREFIX}*", count=1000))
            return client.unlink(*keys) if keys else 0
    except redis.RedisError as error:
        raise SetupError(
            "Redis does not answer, so charts would go on showing answers from before "
            f"the change ({type(error).__name__}). See if its container is healthy."
        ) from error


def reads_elsewhere(settings: Settings) -> bool:
    """True if Superset stores another address of the warehouse than the settings give.

    A database listens on another port when its own is taken, and a server of your own
    may move. The address is kept beside the name of the reader in Superset's metadata.
    """
    variables = environment(settings)
    given = (variables["RASURE_READER_URL"], variables["RASURE_PEOPLE_READER_URL"])
    wanted = {urlsplit(url).username: urlsplit(url) for url in given if url}
    with psycopg.connect(settings.role_url("superset", "superset")) as connection:
        stored = [
            urlsplit(address)
            for (address,) in connection.execute("select sqlalchemy_uri from dbs")
        ]
    return any(
        (one.hostname, one.port)
        != (wanted[one.username].hostname, wanted[one.username].port)
        for one in stored
        if one.username in wanted
    )


def synchronise(warm: bool) -> None:
    """Run `rasure-superset-sync` on this home's Superset; `warm` fills its caches.

    Raises `AssetsFaulty` for faults of the assets and `PublishFailed` for any other
    failure, both with the last lines that it wrote.
    """
    settings = Settings.load()
    check(settings)
    replica.wait_until_current(settings)
    last_lines: deque[str] = deque(maxlen=8)
    with subprocess.Popen(
        [program(SYNC), *(["--warm"] if warm else [])],
        env={
            **callers_environment(),
            **environment(settings),
            **reports.environment(settings),
        },
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            last_lines.append(line)
    if process.returncode != 0:
        error = AssetsFaulty if process.returncode == ASSETS_FAULTY else PublishFailed
        raise error(
            f"{SYNC} ended with exit code {process.returncode}:\n{''.join(last_lines)}"
        )
