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


def callers_environment() -> dict[str, str]:
    """The caller's environment without variables that would configure a service."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith((*DROPPED, "RASURE_"))
    }


def base_environment(settings: Settings) -> dict[str, str]:
    """The variables that every service gets in addition to the caller's."""
    path = f"{Path(sys.prefix) / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    return {
        "RASURE_HOME": str(settings.home),
        "PATH": path,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
    }
