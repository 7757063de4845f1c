"""Read a force's reporting replica table by table, by its mapping.

The replica may be any database for which SQLAlchemy has a dialect, ODBC included. Rows
are streamed and converted to the texts that an extract would hold, so that a live pull
lands like a file. Nothing is written to the replica.
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
from rasure.sources.niche_rms.entities import DATES, ENTITIES, Field
from rasure.sources.niche_rms.mapping import Mapping

ROWS_AT_ONCE = 5_000
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


class ReplicaUnfit(RasureError):
    """The replica does not answer, or lacks tables or columns of the mapping."""


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A connection to the replica; on PostgreSQL it reads one snapshot.

    Raises `SetupError` without a driver and `ReplicaUnfit` when the replica does not
    answer. No message holds the URL, because it may contain a password.
    """
    try:
        engine = sqlalchemy.create_engine(url, hide_parameters=True)
    except (sqlalchemy.exc.ArgumentError, sqlalchemy.exc.NoSuchModuleError) as error:
        raise SetupError(
            "The replica's URL is not of the form dialect+driver://user:password@host/"
            "database, or its dialect is not installed. Correct it."
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
    """One mapped table of the replica.

    `changed` is our name of the column with the time of a row's last change, or None.
    Raises `ReplicaUnfit` when the table or a column is missing, or `changed` holds no
    times.
    """

    def __init__(
        self, connection: Connection, mapping: Mapping, name: str, schema: str | None
    ):
        self.connection, self.mapping, self.name = connection, mapping, name
        mapped, self.schema = mapping.entities[name], schema
        self.file = mapped.file
        fields = {field.name: field for field in ENTITIES[name].fields}
        self.types = self._types()
        self.headers = {
            column: header
            for column, header in mapped.columns.items()
            if header in self.types or not fields[column].may_be_absent
        }
        for header in self.headers.values():
            if header not in self.types:
                raise ReplicaUnfit(
                    f"The replica's table '{self.file}' has no column '{header}'. "
                    f"Check the mapping of {self.mapping.force}."
                )
        self.fields = [fields[column] for column in self.headers]
        times = ("modified_at", "deleted_at")
        self.changed = next((n for n in times if n in self.headers), None)
        self.is_aware = self.changed is not None and self._is_aware()

    def _types(self) -> dict:
        """The type of each column, by which its values become Python objects."""
        inspector = sqlalchemy.inspect(self.connection)
        if not inspector.has_table(self.file, schema=self.schema):
            raise ReplicaUnfit(
                f"The replica has no table '{self.file}'. Check the mapping of "
                f"{self.mapping.force}, or name the --schema it is in."
            )
        return {
            column["name"]: column["type"]
            for column in inspector.get_columns(self.file, schema=self.schema)
        }

    def _is_aware(self) -> bool:
        kind = self.types[self.headers[self.changed]]
        if not isinstance(kind, sqlalchemy.types.DateTime):
            raise ReplicaUnfit(
                f"The replica's table '{self.file}' has no times in column "
                f"'{self.headers[self.changed]}' but {type(kind).__name__}. A pull "
                "needs the time of each change; map a column of times."
            )
        return bool(kind.timezone) or type(kind).__name__ == "DATETIMEOFFSET"

    def rows(
        self, since: datetime | None, now: datetime
    ) -> Iterator[tuple[datetime | None, list[str]]]:
        """The change time and the texts of each row changed at or after `since`.

        Without `since`, all rows.
        """
        columns = [
            sqlalchemy.column(quoted_name(header, quote=True), self.types[header])
            for header in self.headers.values()
        ]
        table = sqlalchemy.table(
            quoted_name(self.file, quote=True), *columns, schema=self.schema
        )
        query = sqlalchemy.select(*columns).select_from(table)
        position = None
        if self.changed:
            position = list(self.headers).index(self.changed)
            if since:
                query = query.where(columns[position] >= self._bound(since, now))
        stream = self.connection.execution_options(
            stream_results=True, max_row_buffer=ROWS_AT_ONCE
        ).execute(query)
        for rows in stream.partitions(ROWS_AT_ONCE):
            for row in rows:
                values = [
                    as_extract_text(self.mapping, field, value)
                    for field, value in zip(self.fields, row, strict=True)
                ]
                changed = row[position] if position is not None else None
                yield self._instant(changed), values

    def _bound(self, since: datetime, now: datetime) -> datetime:
        """`since` as a value of the column.

        A column in wall-clock time repeats an hour when the clocks go back; if they
        have since `since`, the bound is that much earlier.
        """
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


def as_extract_text(mapping: Mapping, field: Field, value) -> str:
    """The text that an extract would hold for a value of the replica."""
    form = mapping.format
    if value is None:
        return ""
    if isinstance(value, datetime) and field.form in DATES:
        if value.tzinfo:
            value = value.astimezone(ZoneInfo(form.clock))
        return value.strftime(form.instant if field.form == "instant" else form.day)
    if isinstance(value, date) and field.form in ("day", "birth"):
        return value.strftime(form.day)
    if field.form == "flag" and isinstance(value, int):  # a bool is an int
        return form.yes if value else form.no
    if isinstance(value, float | Decimal):
        return f"{value:f}"
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
