"""A warehouse with the known day in it, and what the days of July after it bring."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.integration import niche_day as known
from tests.integration.niche_fixtures import deliver, set_up, transform

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
def warehouse(connection):
    """The known day, landed as a full extract and transformed."""
    set_up(connection)
    deliver(connection, known.DELIVERY, "full", MIDSUMMER)
    transform()
    return connection
