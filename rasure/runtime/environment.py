"""The environment variables of the services.

A caller's PYTHONPATH, AIRFLOW__… or PG… must not change what a home does, and calls
between services of one machine must not go through a proxy.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rasure.settings import Settings

DROPPED = ("AIRFLOW", "DBT_", "FLASK_", "PG", "PYTHON", "SUPERSET_", "VIRTUAL_ENV")
# Of Rasure's own variables, what a deployment sets for all its services.
KEPT = ("RASURE_SECRETS", "RASURE_DBT_THREADS")


def callers_environment() -> dict[str, str]:
    """The caller's environment without variables that would configure a service."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith((*DROPPED, "RASURE_"))
    }


def base_environment(settings: Settings) -> dict[str, str]:
    """The variables that every service gets in addition to the caller's."""
    hosts = [
        address.rpartition(":")[0]
        for address in settings.stored.get("addresses", {}).values()
    ]
    without_proxy = ",".join(dict.fromkeys(["127.0.0.1", "localhost", *hosts]))
    path = f"{Path(sys.prefix) / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    return {
        "RASURE_HOME": str(settings.home),
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "PATH": path,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
        "PYTHONUNBUFFERED": "1",
    }
