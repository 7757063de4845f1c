"""Connections to the warehouse.

Every session runs in UTC (local time is always an explicit `at time zone`) and has an
application name.
"""

from __future__ import annotations

import psycopg

from rasure.errors import SetupError
from rasure.settings import Settings


def connect(application: str = "rasure", **options) -> psycopg.Connection:
    """Open a connection to the warehouse; raises `SetupError` when it does not answer.

    `options` go to `psycopg.connect` (for instance `autocommit=True`).
    """
    url = Settings.load().database_url
    try:
        return psycopg.connect(
            url,
            application_name=application,
            connect_timeout=10,
            options="-c timezone=UTC -c client_min_messages=warning",
            **options,
        )
    except (psycopg.ProgrammingError, ValueError) as error:
        raise SetupError(
            "RASURE_DATABASE_URL is not of the form "
            "postgresql://user:password@host:port/database. Correct it."
        ) from error
    except psycopg.OperationalError as error:
        place = url.rsplit("@", 1)[-1]  # without the password
        raise SetupError(
            f"The warehouse at {place} does not "
            "answer. Start it with `rasure up`, or check RASURE_DATABASE_URL."
        ) from error


def sqlalchemy_url(url: str | None = None, driver: str = "psycopg") -> str:
    """The warehouse URL in SQLAlchemy's form, `postgresql+<driver>://…`."""
    scheme, rest = (url or Settings.load().database_url).split("://", 1)
    return f"{scheme.split('+')[0]}+{driver}://{rest}"
