"""Deletions and rows that come late, or that move to another record."""

from __future__ import annotations

from tests.integration.niche_deleting import (
    DAY,
    accounted,
    force,
    one_of_each,
)
from tests.niche_files import EXTRACTED, START, identifier, row

__all__ = ["force"]


def test_a_late_row_does_not_come_back(force):
    force.delete(("persons", 1), ("occurrences", 3))
    late = {
        "persons": [row("persons", 1), row("persons", 2)],
        "person_names": [row("person_names", 1), row("person_names", 2)],
        "classifications": [row("classifications", n) for n in (3, 4)],
        "outcomes": [row("outcomes", n) for n in (3, 4)],
    }
    landed = force.delta(late)
    assert landed.rows_landed == 8
    assert force.ids("persons") == force.ids("person_names") == [2]
    assert force.ids("classifications") == force.ids("outcomes") == [4]
    assert accounted(force.connection)
    later = {"outcomes": [row("outcomes", 3, outcome_code="1")]}
    force.delta(later)  # its classification never stood in the warehouse
    assert force.ids("outcomes") == [4]


def test_a_record_that_is_written_again_after_its_deletion_stands(force):
    force.full({"persons": [row("persons", 1)]})
    force.delete(("persons", 1))
    force.delta({"persons": [row("persons", 1, modified_at=EXTRACTED)]})
    assert force.ids("persons") == [1]
    force.delete(("persons", 1))  # the same again, late
    assert force.ids("persons") == [1]


def test_a_row_given_to_another_person_stays_but_for_its_past(force):
    other = {"person_id": identifier("persons", 2)}
    moved = row("involvements", 1, **other, modified_at=START + DAY)
    force.full(one_of_each(1, 2))
    force.delta({"involvements": [moved]})
    force.delete(("persons", 1))
    assert force.ids("involvements") == [1, 2]
    assert identifier("persons", 1) not in force.everything()


def test_a_row_given_to_another_person_stays_though_that_comes_late(force):
    other = {"person_id": identifier("persons", 2)}
    moved = row("involvements", 1, **other, modified_at=START + DAY)
    force.full(one_of_each(1, 2))
    force.delete(("persons", 1))
    assert force.ids("involvements") == [2]
    force.delta({"involvements": [moved]})
    assert force.ids("involvements") == [1, 2]
    (left,) = force.connection.execute(
        "select count(*) from ops.niche_tombstones where entity = 'involvements'"
    ).fetchone()
    assert left == 0


def test_a_row_given_to_the_deleted_person_goes_with_its_past(force):
    moved = row(
        "involvements",
        2,
        person_id=identifier("persons", 1),
        modified_at=START + DAY,
    )
    force.full(one_of_each(1, 2))
    force.delta({"involvements": [moved]})
    force.delete(("persons", 1))
    assert force.ids("involvements") == []
