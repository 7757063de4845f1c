"""A warehouse with the known day in it, and what the days of July after it bring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

MIDSUMMER = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)


def later(rows: dict[str, list[dict]], day: int) -> dict[str, list[dict]]:
    """The rows as modified at noon of a day of July."""
    stamp = f"{day:02d}/07/2025 12:00:00"
    return {
        entity: [{**one, "modified_at": stamp} for one in those]
        for entity, those in rows.items()
    }


def at(day: int) -> datetime:
    """When the delta of a day of July was extracted."""
    return datetime(2025, 7, day, 22, 0, tzinfo=UTC)


@pytest.fixture
def warehouse(new_database, known_day_staged: str) -> Iterator[psycopg.Connection]:
    """The known day, landed as a full extract, in staging and core."""
    url = new_database(known_day_staged)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
