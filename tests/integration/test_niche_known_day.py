"""The known-answer day: what core must make of the hand-written extract.

One row an expectation; ids are shortened to the number they were made from.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.integration.niche_day import DELIVERY
from tests.integration.niche_fixtures import deliver, number, set_up, transform

NO = ("no", None)


@pytest.fixture
def day(connection):
    """A function that asks the transformed warehouse; ids come as numbers."""
    set_up(connection)
    deliver(connection, DELIVERY, kind="full")
    transform(tests=True)

    def ask(query: str) -> list[tuple]:
        return connection.execute(query).fetchall()

    return ask


def short(column: str) -> str:
    """SQL of an id as the small number it was made from."""
    return f"right({column}, 4)::integer"


def test_the_known_day_gives_the_known_core(day) -> None:
    crimes_and_their_history(day)
    places(day)
    times(day)
    knives_and_scope(day)
    people(day)
    unmapped(day)


def crimes_and_their_history(day) -> None:
    # Classifications are counted, not occurrences; what dropped out stays in history.
    assert day(
        f"select {short('occurrence_id')}, sequence, recorded_class, state"
        " from core.crime_history order by 1, 2, classification_id"
    ) == [
        (1, 1, "5D", "counted"),
        (1, 2, "8N", "counted"),
        (2, 1, "3B", "counted"),
        (3, 1, "5D", "cancelled"),
        (4, 1, "5D", "transferred"),
        (5, 1, "5D", "no crime"),
        (6, 1, "8N", "superseded"),
        (6, 1, "5D", "counted"),
        (7, 1, "8N", "counted"),
        (8, 1, "34B", "counted"),
        (9, 1, "8N", "counted"),
        (10, 1, "10D", "counted"),
        (11, 1, "999", "counted"),
        (12, 1, "5D", "counted"),
    ]
    # Offence, harm, whether the harm is a fallback, outcome, reclassified.
    assert day(
        f"select {short('occurrence_id')}, sequence, offence_id, harm_days::float,"
        " is_harm_fallback, outcome_code, is_positive_outcome, is_reclassified,"
        " is_police_generated from core.int_niche_crimes order by 1, 2"
    ) == [
        (1, 1, "5D/1", 1460.0, False, "1", True, False, False),
        (1, 2, "8N", 19.0, True, None, False, False, False),
        (2, 1, "3B", 10.0, False, "16", False, False, False),
        (6, 1, "5D/1", 1460.0, False, "18", False, True, False),
        (7, 1, "8N", 19.0, True, None, False, False, False),
        (8, 1, "34B", 365.0, False, None, False, False, False),
        (9, 1, "8N/2", 547.5, False, None, False, False, False),
        (10, 1, "10D", 100.75, True, None, False, False, True),
        (11, 1, None, 0.0, True, None, False, False, False),
        (12, 1, "5D/1", 1460.0, False, None, False, False, False),
    ]


def places(day) -> None:
    assert day(
        f"select {short('occurrence_id')}, geocode_quality, area_id,"
        " hexagon_id is null, location_type, institution_id, is_public_place,"
        " is_located"
        " from core.int_niche_crimes where sequence = 1 order by 1"
    ) == [
        (1, "good", "halves Westham", False, "street", None, True, True),
        (2, "default point", None, True, "dwelling", None, False, False),
        (6, "default point", None, True, "street", None, True, False),
        (7, "swapped", "halves Westham", False, "street", None, True, True),
        (8, "degrees", "halves Westham", True, "street", None, True, False),
        (9, "outside the force", None, True, None, None, False, False),
        (10, "good", "halves Eastham", False, "hospital", "general", False, True),
        (11, "partial", "halves Westham", False, "street", None, True, True),
        (12, "partial", "halves Eastham", False, "street", None, True, True),
    ]
    # Mended positions are where they were meant: address 4 is address 1.
    assert (
        day(
            "select round(st_x(geom)), round(st_y(geom)) from core.int_niche_positions"
            f" where position_id in ('address|{number(1)}', 'address|{number(4)}')"
        )
        == [(450300, 200500)] * 2
    )


def times(day) -> None:
    def at(month: int, day_: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2025, month, day_, hour, minute, tzinfo=UTC)

    june = (date(2025, 6, 3), date(2025, 6, 3))
    known = ("night", True, 1335)
    assert day(
        f"select {short('occurrence_id')}, occurred_from, patrol_window, is_time_known,"
        " default_minute, is_window_reversed, operational_date, reported_date"
        " from core.int_niche_crimes where sequence = 1 order by 1"
    ) == [
        (1, at(6, 3, 21, 15), *known, False, *june),
        (2, at(6, 3, 21, 15), *known, False, *june),
        (6, at(6, 3, 19), "night", False, 1200, False, june[0], date(2025, 6, 20)),
        (
            *(7, datetime(2024, 10, 27, 1, 30, tzinfo=UTC), "night", True, 90, False),
            *(date(2024, 10, 26), date(2024, 10, 27)),
        ),
        # One crime at a minute past midnight shows no default of the system.
        (8, at(6, 2, 23, 1), "night", True, 1, False, date(2025, 6, 2), june[1]),
        (9, at(6, 3, 21, 15), *known, False, *june),
        (10, at(6, 3, 21, 15), *known, False, *june),
        (11, at(6, 3, 21, 15), *known, False, *june),
        (12, at(6, 3, 21, 15), *known, True, *june),
    ]


def knives_and_scope(day) -> None:
    assert day(
        f"select {short('occurrence_id')}, sequence, knife_decision, knife_source,"
        " is_knife_flagged, is_knife_weapon, knife_text,"
        " is_domestic_abuse, crime_type, is_serious_violence"
        " from core.int_niche_crimes order by 1, 2"
    ) == [
        (1, 1, *NO, False, False, None, False, "Grievous bodily harm", True),
        (1, 2, *NO, False, False, None, False, "Serious violence with injury", False),
        (
            *(2, 1, "review", "manual flag against text", True, False, "denied", True),
            *("Violence without injury", False),
        ),
        (6, 1, *NO, False, False, None, False, "Grievous bodily harm", True),
        (7, 1, *NO, False, False, None, False, "Serious violence with injury", False),
        (8, 1, *NO, False, False, None, False, "Robbery", False),
        (
            *(9, 1, "yes", "text rule", False, False, "stated", False),
            *("Serious violence with injury", True),
        ),
        (10, 1, *NO, False, False, None, False, "Possession of weapons", False),
        (11, 1, *NO, False, False, None, False, "Not mapped", False),
        (
            *(12, 1, "yes", "weapon code", False, True, None, False),
            *("Grievous bodily harm", True),
        ),
    ]


def people(day) -> None:
    # Person 2 is person 1; 6 was unmerged; 99 is not in the extract.
    assert day(
        f"select {short('occurrence_id')}, {short('golden_id')}, role, evidence_tier,"
        " is_standing from core.fct_involvement order by 1, 2, 3"
    ) == [
        (1, 1, "arrested", 2, True),
        (1, 1, "charged", 4, True),
        (1, 1, "convicted", 5, True),
        (1, 1, "suspect", 1, True),
        (1, 1, "victim", 0, True),
        (1, 3, "victim", 0, True),
        (1, 4, "reporting person", 0, True),
        (1, 4, "witness", 0, True),
        (1, 6, "eliminated", 0, True),
        (1, 6, "suspect", 1, False),
        (1, 99, "suspect", 1, True),
        (2, 5, "suspect", 1, False),  # no further action against the person
        (3, 6, "suspect", 1, False),  # cancelled
        (6, 6, "suspect", 1, False),  # closed, no suspect identified
        (9, 6, "suspect", 1, True),
    ]
    assert day(
        f"select {short('golden_id')}, records, sex, is_official, date_of_birth,"
        " is_restricted from core.dim_person order by 1"
    ) == [
        (1, 2, "male", False, date(1990, 1, 2), False),
        (3, 1, "female", False, date(2010, 5, 30), False),
        (4, 1, "female", True, None, False),
        (5, 1, None, False, None, True),
        (6, 1, "female", False, None, False),
    ]
    assert day("select full_name, all_names from core.person_full_names") == [
        ("A B", ["A B", "C B"])
    ]
    assert day(
        "select forenames, surnames from core.person_records"
        f" where person_id = '{number(2)}'"
    ) == [(["A", "C"], ["B", "B"])]


def unmapped(day) -> None:
    # They land and are counted; the run did not fail.
    assert day(
        "select entity, field, code, records from core.unmapped_codes order by 1, 2"
    ) == [
        ("classifications", "recorded_class", "999", 1),
        ("involvements", "roles", "QQQ", 1),
        ("occurrences", "location_type", "ZZZ", 1),
        ("persons", "sex", "Q", 1),
    ]
