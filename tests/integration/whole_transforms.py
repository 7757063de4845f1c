"""A transformed warehouse of the known day; running and comparing whole transforms."""

from __future__ import annotations

import psycopg
import pytest

from rasure import geography
from rasure.transform import pipeline, state
from tests.integration import niche_day as known
from tests.integration.niche_days_after import later
from tests.integration.niche_fixtures import contents, number, row

OF_PERSONS = ("link", "places", "people")


@pytest.fixture
def warehouse(new_database, known_day_transformed: str, monkeypatch):
    """The known day, transformed; its made-up force has no mapping to be written."""
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    url = new_database(known_day_transformed)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def transform(**options) -> list[str]:
    """Run everything; what was said of the steps."""
    said: list[str] = []
    pipeline.run(say=said.append, **options)
    return [
        line for line in said if line.startswith(tuple(f"{s}: " for s in OF_PERSONS))
    ]


def version_is(monkeypatch, version: str) -> None:
    monkeypatch.setattr(state, "warehouse_version", lambda connection: version)


def keys(connection) -> int:
    """How many changed keys are still to be built."""
    return connection.execute("select count(*) from ops.changed_keys").fetchone()[0]


def day_of_moves(day: int, occurrence: int) -> dict[str, list[dict]]:
    """A victim who is moved to an occurrence, and a person who is merged into another
    or, on the next day, is not."""
    merge = row(
        "person_merges",
        50,
        surviving_person_id=5,
        merged_person_id=6,
        merged_at="01/07/2025 10:00:00",
        unmerged_at=None if day % 2 else f"{day:02d}/07/2025 11:00:00",
    )
    return later(
        {
            "involvements": [known.involved(3, occurrence, 3, ";VIC;")],
            "person_merges": [merge],
        },
        day,
    )


def equals_full_refresh(connection) -> bool:
    """True if a full refresh leaves staging and core as they are."""
    built = contents(connection)
    pipeline.run(pipeline.OF_CORE, full_refresh=True)
    rebuilt = contents(connection)
    return [name for name in built if built[name] != rebuilt[name]] == []


def victims(connection, occurrence: int) -> int:
    """How many people are harmed in an occurrence, by core."""
    return connection.execute(
        "select count(distinct golden_id) from core.fct_involvement"
        " where occurrence_id = %s and side = 'harmed'",
        (number(occurrence),),
    ).fetchone()[0]
