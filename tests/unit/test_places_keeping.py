"""The ids of places that move: kept while at least half of the ground stays."""

from __future__ import annotations

import shapely

from rasure.places.keeping import is_mostly_on, kept_ids, unused


def ground(west, east, south=0, north=10):
    return shapely.box(west, south, east, north)


def test_a_place_keeps_its_id_while_half_of_its_area_stays():
    before = {"a": ground(0, 10), "b": ground(100, 110)}
    assert kept_ids(before, [ground(105, 115), ground(2, 12)]) == ["b", "a"]
    assert kept_ids(before, [ground(105.1, 115), ground(5.1, 15)]) == [None, None]


def test_the_largest_part_of_a_split_keeps_the_id():
    before = {"a": ground(0, 10)}
    parts = [ground(0, 2), ground(2.5, 6), ground(6.5, 9)]
    assert kept_ids(before, parts) == [None, "a", None]
    # Of parts alike, the first; and none keeps it when most of the ground is gone.
    assert kept_ids(before, [ground(0, 5), ground(5, 10)]) == ["a", None]
    assert kept_ids(before, [ground(0, 2), ground(8, 10)]) == [None, None]


def test_a_place_on_the_ground_of_two_keeps_the_id_it_has_more_of():
    before = {"a": ground(0, 10), "b": ground(10, 18)}
    assert kept_ids(before, [ground(0, 18)]) == ["a"]
    # The other id ends: a small rest beside the whole is not the same place.
    assert kept_ids(before, [ground(0, 17), ground(17, 25)]) == ["a", None]


def test_grounds_that_only_touch_are_not_the_same():
    assert kept_ids({"a": ground(0, 10)}, [ground(10, 20)]) == [None]
    assert kept_ids({}, [ground(0, 10)]) == [None]
    assert kept_ids({"a": ground(0, 10)}, []) == []


def test_an_id_that_was_used_gets_a_number():
    assert unused("x", {"y"}) == "x"
    assert unused("x", {"x", "x:2"}) == "x:3"


def test_an_acceptance_is_of_the_ground_that_was_seen():
    seen = shapely.to_wkb(ground(0, 10))
    assert is_mostly_on(shapely.to_wkb(ground(5, 15)), seen)
    assert not is_mostly_on(shapely.to_wkb(ground(5.1, 15.1)), seen)
