"""A second database that plays a reporting replica of the records system."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql

from rasure.database import sqlalchemy_url
from rasure.landing import land
from rasure.sources.niche_rms import mapping as mappings
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.pull import pull
from tests.niche_files import row

LONDON = ZoneInfo("Europe/London")
TYPES = {
    "id": "numeric(25)",
    "instant": "timestamp",
    "day": "date",
    "flag": "boolean",
    "whole": "integer",
    "metres": "integer",
}


class Replica:
    """A second database that has the force's tables, typed as a system would."""

    def __init__(self, url: str, force: str):
        self.url, self.mapping = sqlalchemy_url(url), mappings.load(force)
        self.connection = psycopg.connect(url, autocommit=True)
        for name, mapped in self.mapping.entities.items():
            fields = {field.name: field for field in ENTITIES[name].fields}
            columns = sql.SQL(", ").join(
                sql.SQL("{} {}").format(
                    sql.Identifier(header),
                    sql.SQL(TYPES.get(fields[column].form, "text")),
                )
                for column, header in mapped.columns.items()
            )
            self.connection.execute(
                sql.SQL("create table {} ({})").format(
                    sql.Identifier(mapped.file), columns
                )
            )

    def put(self, name: str, record: dict) -> None:
        """Write a record; instants are UTC, in the table they are wall-clock times."""
        mapped = self.mapping.entities[name]
        fields = {field.name: field for field in ENTITIES[name].fields}
        values = {
            mapped.columns[column]: self._stored(fields[column], value)
            for column, value in record.items()
        }
        self.connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(mapped.file),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join([sql.Placeholder()] * len(values)),
            ),
            list(values.values()),
        )

    def _stored(self, field, value):
        if isinstance(value, datetime):
            return value.astimezone(LONDON).replace(tzinfo=None)
        if isinstance(value, list):
            codes = (self.mapping.code(field.terms, term) for term in value)
            return "".join(f";{code}" for code in codes) + ";"
        if field.form == "code" and value:
            return self.mapping.code(field.terms, value)
        if field.form == "metres":
            return round(value * 100)
        if field.name == "occurrence_number":
            return f"43{value}"
        return self.mapping.entities[value].file if field.name == "entity" else value


@pytest.fixture
def replica(new_database):
    replica = Replica(new_database(), "thames-valley")
    yield replica
    replica.connection.close()


@pytest.fixture
def warehouse(replica, new_database):
    with psycopg.connect(new_database(), autocommit=True) as connection:
        yield connection


def recently(minutes: float = 0) -> datetime:
    """That many minutes ago, to the second."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes)


def occurrence(number: int, minutes_ago: float, **changes) -> dict:
    at = recently(minutes_ago)
    return row("occurrences", number, reported_at=at, modified_at=at, **changes)


def numbers(warehouse) -> list[int]:
    rows = warehouse.execute(
        "select right(occurrence_id, 15)::int from raw.niche_occurrences"
        " order by load_id, row_number"
    )
    return [number for (number,) in rows]


def bring(replica):
    return pull(replica.url, "thames-valley", land)
