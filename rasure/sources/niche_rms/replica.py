"""A force's reporting replica, read table by table in the words of its mapping.

Whatever database it is (any that SQLAlchemy has a dialect for, ODBC included), rows
come in a stream and leave as the texts that an extract would hold, so that a live pull
and a file drop go through one door. Nothing is written to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy.engine import Connection
from sqlalchemy.sql import quoted_name

from rasure.errors import RasureError, SetupError
from rasure.sources.niche_rms.entities import ENTITIES, Field
from rasure.sources.niche_rms.mapping import Mapping

ROWS_AT_ONCE = 5_000
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


class ReplicaUnfit(RasureError):
    """The replica does not answer, or has not the tables that the mapping names."""


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A connection to the replica, in one snapshot where its database has them.

    Raises `SetupError` without a driver and `ReplicaUnfit` when it does not answer; no
    message holds the URL, in which a password may stand.
    """
    try:
        engine = sqlalchemy.create_engine(url)
    except (sqlalchemy.exc.ArgumentError, sqlalchemy.exc.NoSuchModuleError) as error:
        raise SetupError(
            "The replica's URL is not of the form dialect+driver://user:password@host/"
            "database, or nothing here speaks its dialect. Mend it."
        ) from error
    except ImportError as error:
        raise SetupError(
            f"The driver for the replica is not installed: {error.name}. Install it "
            "into the pipeline's environment."
        ) from error
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ"
                )
            yield connection
    except sqlalchemy.exc.SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise ReplicaUnfit(
            f"The replica at {engine.url.host or engine.dialect.name} broke off "
            f"({cause}). Nothing was landed; check it, then pull again."
        ) from error
    finally:
        engine.dispose()


class Table:
    """One mapped table of the replica; `changed` is our name of the column that tells
    when a row was changed (None where there is none).

    Raises `ReplicaUnfit` when the table or a column is not there, or `changed` holds
    no times.
    """

    def __init__(
        self, connection: Connection, mapping: Mapping, name: str, schema: str | None
    ):
        self.connection, self.mapping, self.name = connection, mapping, name
        mapped, self.schema = mapping.entities[name], schema
        self.file, self.headers = mapped.file, mapped.columns
        self.fields = [f for f in ENTITIES[name].fields if f.name in mapped.columns]
        self.fields.sort(key=lambda field: list(mapped.columns).index(field.name))
        times = ("modified_at", "deleted_at")
        self.changed = next((n for n in times if n in mapped.columns), None)
        self.types = self._types()
        self.is_aware = self.changed is not None and self._is_aware()

    def _types(self) -> dict:
        """The type of each mapped column, so that its values come as Python's own."""
        inspector = sqlalchemy.inspect(self.connection)
        if not inspector.has_table(self.file, schema=self.schema):
            raise ReplicaUnfit(
                f"The replica has no table '{self.file}'. Check the mapping of "
                f"{self.mapping.force}, or name the --schema it is in."
            )
        types = {
            column["name"]: column["type"]
            for column in inspector.get_columns(self.file, schema=self.schema)
        }
        for header in self.headers.values():
            if header not in types:
                raise ReplicaUnfit(
                    f"The replica's table '{self.file}' has no column '{header}'. "
                    f"Check the mapping of {self.mapping.force}."
                )
        return types

    def _is_aware(self) -> bool:
        kind = self.types[self.headers[self.changed]]
        if not isinstance(kind, sqlalchemy.types.DateTime):
            raise ReplicaUnfit(
                f"The replica's table '{self.file}' has no times in column "
                f"'{self.headers[self.changed]}' but {type(kind).__name__}. A pull "
                "goes by them; map a column of times."
            )
        return bool(kind.timezone) or type(kind).__name__ == "DATETIMEOFFSET"

    def rows(
        self, since: datetime | None, now: datetime
    ) -> Iterator[tuple[datetime | None, list[str]]]:
        """Each row changed at or after `since` (all without it): when it was changed,
        and its values as an extract writes them."""
        columns = [
            sqlalchemy.column(quoted_name(header, quote=True), self.types[header])
            for header in self.headers.values()
        ]
        table = sqlalchemy.table(
            quoted_name(self.file, quote=True), *columns, schema=self.schema
        )
        query = sqlalchemy.select(*columns).select_from(table)
        place = None
        if self.changed:
            place = list(self.headers).index(self.changed)
            if since:
                query = query.where(columns[place] >= self._bound(since, now))
        stream = self.connection.execution_options(
            stream_results=True, max_row_buffer=ROWS_AT_ONCE
        ).execute(query)
        for rows in stream.partitions(ROWS_AT_ONCE):
            for row in rows:
                values = [
                    written(self.mapping, field, value)
                    for field, value in zip(self.fields, row, strict=True)
                ]
                changed = row[place] if place is not None else None
                yield self._instant(changed), values

    def _bound(self, since: datetime, now: datetime) -> datetime:
        """`since` as the column has it. Where the clock has been put back in between,
        wall-clock times began again: that much earlier."""
        if self.is_aware:
            return since
        zone = ZoneInfo(self.mapping.format.clock)
        then, today = since.astimezone(zone), now.astimezone(zone)
        back = max(then.utcoffset() - today.utcoffset(), timedelta())
        return then.replace(tzinfo=None) - back

    def _instant(self, changed: datetime | None) -> datetime | None:
        if not isinstance(changed, datetime):
            return None
        if changed.tzinfo is None:
            changed = changed.replace(tzinfo=ZoneInfo(self.mapping.format.clock))
        return max(changed.astimezone(UTC), LONG_AGO)


def written(mapping: Mapping, field: Field, value) -> str:
    """A value of the replica as an extract writes it."""
    form = mapping.format
    if value is None:
        return ""
    if isinstance(value, datetime) and field.form in ("instant", "day"):
        if value.tzinfo:
            value = value.astimezone(ZoneInfo(form.clock))
        return value.strftime(form.instant if field.form == "instant" else form.day)
    if isinstance(value, date) and field.form == "day":
        return value.strftime(form.day)
    if field.form == "flag" and isinstance(value, int):  # bool is one
        return form.yes if value else form.no
    if isinstance(value, float | Decimal):
        return f"{value:f}"
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
