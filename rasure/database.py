"""Connections to the warehouse.

Every session runs in UTC (local time is always an explicit `at time zone`) and has an
application name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from rasure.errors import SetupError, without_values
from rasure.settings import Settings


@contextmanager
def errors_without_values() -> Iterator[None]:
    """Take what may be of a row out of the text of psycopg's errors in the block.

    The type of the error stays, so that callers can tell one from another.
    """
    try:
        yield
    except psycopg.Error as error:
        error.args = tuple(
            without_values(part) if isinstance(part, str) else part
            for part in error.args
        )
        raise


class WarehouseCursor(psycopg.Cursor):
    """A cursor whose errors quote no row."""

    def execute(self, *arguments, **options):
        """Execute a statement, as psycopg does."""
        with errors_without_values():
            return super().execute(*arguments, **options)

    def executemany(self, *arguments, **options):
        """Execute a statement for each of many rows, as psycopg does."""
        with errors_without_values():
            return super().executemany(*arguments, **options)

    @contextmanager
    def copy(self, *arguments, **options):
        """Copy rows in or out, as psycopg does."""
        with errors_without_values(), super().copy(*arguments, **options) as copy:
            yield copy


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
            **{"cursor_factory": WarehouseCursor, **options},
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
