"""What is learnt of one person in a crime reaches what counts about the others in it,
and incremental runs end where a full rebuild ends."""

from __future__ import annotations

from tests.integration import niche_day as known
from tests.integration.niche_days_after import at, later, warehouse
from tests.integration.niche_fixtures import (
    check_against_rebuilt,
    deliver,
    number,
    row,
    transform,
)

__all__ = ["warehouse"]


def test_who_held_a_knife_is_another_now_and_so_are_the_parts_of_the_others(
    warehouse,
) -> None:
    def held_by_other() -> list[tuple]:
        return warehouse.execute(
            "select is_knife_held_by_other from core.people_involvements"
            " where occurrence_id = %s and person_id = %s and role = 'suspect'",
            (number(1), number(1)),
        ).fetchall()

    weapon = row("weapons", 50, occurrence_id=1, person_id=5, weapon="KNI")
    deliver(warehouse, later({"weapons": [weapon]}, 1), extracted_at=at(1))
    transform()
    assert held_by_other() == [(True,), (True,)]
    merge = row(
        "person_merges",
        50,
        surviving_person_id=1,
        merged_person_id=5,
        merged_at="02/07/2025 10:00:00",
    )
    deliver(warehouse, later({"person_merges": [merge]}, 2), extracted_at=at(2))
    check_against_rebuilt(warehouse)
    assert held_by_other() == [(False,), (False,)]


def test_who_a_person_is_reaches_the_crimes_that_count_about_others(warehouse) -> None:
    def counted() -> tuple[list[str], list[int]]:
        """Who counts in the fight, and among how many its harm is divided."""
        people = warehouse.execute(
            "select distinct person_id from core.int_listed_crimes"
            " where occurrence_id = %s and side = 'causing harm' order by 1",
            (number(1),),
        ).fetchall()
        shared = warehouse.execute(
            "select co_suspects from core.int_crime_suspects where occurrence_id = %s"
            " union all select co_suspects from core.int_listed_crimes"
            " where occurrence_id = %s and side = 'causing harm'",
            (number(1), number(1)),
        ).fetchall()
        return [person for (person,) in people], [several for (several,) in shared]

    def on_day(day: int, entity: str, record: dict) -> tuple[list[str], list[int]]:
        deliver(warehouse, later({entity: [record]}, day), extracted_at=at(day))
        transform()
        return counted()

    girl = {"sex": "F", "person_type": "N", "date_of_birth": "30/05/2010"}
    alone = ([number(1)], [1])
    assert counted() == alone
    suspect = known.involved(3, 1, 3, ";SUS;")
    together = on_day(1, "involvements", suspect)
    assert together[0] == [number(1), number(3)] and set(together[1]) == {2}
    nine = {**girl, "date_of_birth": "04/06/2015"}  # the day after the fight she is ten
    assert on_day(2, "persons", row("persons", 3, **nine)) == alone
    assert on_day(3, "persons", row("persons", 3, **girl)) == together
    officer = {**girl, "person_type": "O"}
    assert on_day(4, "persons", row("persons", 3, **officer)) == alone
    protected = {**girl, "access_domain": "Restricted"}
    assert on_day(5, "persons", row("persons", 3, **protected)) == alone
    deliver(
        warehouse, later({"persons": [row("persons", 3, **girl)]}, 6), "delta", at(6)
    )
    check_against_rebuilt(warehouse)
    assert counted() == together
