"""The network of co-suspects: weights, cores, components."""

from __future__ import annotations

import pytest

from rasure.people.network import Position, positions


def test_each_person_gives_an_occurrence_one_in_all() -> None:
    by_person = {row.person_id: row for row in positions([["a", "b", "c"], ["a", "b"]])}
    assert by_person["a"] == Position("a", 2, 2.0, 2, 1, 3)
    assert by_person["c"] == Position("c", 2, 1.0, 2, 1, 3)
    assert sum(row.weight for row in by_person.values()) == pytest.approx(5)


def test_components_are_numbered_from_the_largest_and_loose_ends_are_core_one() -> None:
    rows = positions([["x", "y"], ["a", "b", "c"], ["c", "d"]])
    places = {row.person_id: row for row in rows}
    assert [row.person_id for row in rows] == ["a", "b", "c", "d", "x", "y"]
    assert {row.component for row in rows[:4]} == {1}
    assert (places["x"].component, places["x"].component_size) == (2, 2)
    assert (places["a"].core_number, places["d"].core_number) == (2, 1)


def test_nobody_is_a_network() -> None:
    assert positions([]) == []
