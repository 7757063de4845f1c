"""Free placement: hexagons of the grid's size, put where they catch most."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasure.places import free
from rasure.places.events import Events
from rasure.places.free import (
    Hexagons,
    Rule,
    across,
    apothem,
    choose_freely,
    choose_staffed,
    place,
    side_of,
    sites_of,
)
from rasure.places.selection import crimes_beyond_doubt, top_probability
from tests.unit.places_ground import DEFINITION, JANUARY, grid

SIDE = 123.5
ANY = Rule(periods_needed=0, crimes_beyond_doubt=math.inf, institution_share=0.5)
GROUND = np.array([[x, y] for x in range(0, 3000, 100) for y in range(0, 3000, 100)])


def crimes(points, weight=1.0, month=0, is_at_institution=False):
    """Crimes at points, (x, y) each; the other values are of all or one a point."""
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return Events(
        cell=np.zeros(len(x), dtype=int),
        month=np.broadcast_to(month, len(x)).astype(int),
        score_weight=np.broadcast_to(weight, len(x)).astype(float),
        x=x,
        y=y,
        is_at_institution=np.broadcast_to(is_at_institution, len(x)).astype(bool),
    )


def placed(events, wanted, rule=ANY, lattice=15.0, kept_out=None):
    sites = sites_of(events, events.month)
    return place(sites, rule, GROUND, SIDE, lattice, wanted, kept_out)


def held(hexagons, events):
    """How many of the events that rank a place each hexagon holds."""
    ranks = events.where(~events.is_at_institution)
    inside = hexagons.holding(ranks.x, ranks.y)
    return np.bincount(inside[inside >= 0], minlength=len(hexagons)).tolist()


def test_the_side_and_the_area_of_a_hexagon_belong_together():
    assert side_of(0.039626) == pytest.approx(123.5, abs=0.01)
    (polygon,) = Hexagons(np.array([[0.0, 0.0]]), SIDE).polygons()
    assert polygon.area / 1e6 == pytest.approx(0.039626, abs=1e-6)


def test_a_hexagon_holds_what_lies_within_its_sides():
    one = Hexagons(np.array([[1000.0, 1000.0]]), SIDE)
    edge = apothem(SIDE)
    x = np.array([1000, 1000, 1000 + SIDE - 1, 1000 + SIDE - 1, 1000 + SIDE + 1])
    y = np.array([1000 + edge - 0.1, 1000 + edge + 0.1, 1000, 1010, 1000])
    assert one.holding(x, y).tolist() == [0, -1, 0, -1, -1]
    (polygon,) = one.polygons()
    from shapely import contains_xy

    assert contains_xy(polygon, x, y).tolist() == [True, False, True, False, False]


def test_a_point_on_a_shared_side_counts_once_and_in_the_first():
    two = Hexagons(np.array([[0.0, 2 * apothem(SIDE)], [0.0, 0.0]]), SIDE)
    assert two.holding(np.array([0.0]), np.array([apothem(SIDE)])).tolist() == [0]


def test_one_place_is_put_around_crimes_that_a_grid_would_part():
    """Crimes around a corner, all within a hexagon of the same size put over it."""
    around = [(1000 + dx, 1000 + dy) for dx in (-60, 0, 60) for dy in (-60, 0, 60)]
    events = crimes([*around, (2000, 2000)])
    hexagons = placed(events, 2)
    assert held(hexagons, events) == [9, 1]
    # It lies over the middle of what it catches.
    assert np.abs(hexagons.centres[0] - 1000).max() <= 15


def test_a_crime_without_a_point_is_in_no_place_and_stops_none():
    events = crimes([(1000, 1000), (np.nan, 1000), (1010, np.nan)])
    hexagons = placed(events, 3)
    assert held(hexagons, events) == [1]
    assert hexagons.holding(events.x, events.y).tolist() == [0, -1, -1]


def test_places_are_taken_from_the_highest_score_down_and_stop_at_the_number():
    events = crimes(
        [(500, 500), (1500, 500), (2500, 500), (500, 2500)], weight=[1, 4, 2, 3]
    )
    assert held(placed(events, 3), events) == [1, 1, 1]
    near = placed(events, 3).holding(events.x, events.y).tolist()
    assert near == [-1, 0, 2, 1]
    assert len(placed(events, 9)) == 4
    assert len(placed(crimes([]), 3)) == 0


def test_persistent_places_come_first_whatever_the_score():
    brawl = [(500, 500)] * 9
    steady = [(1500, 500)] * 3
    events = crimes(brawl + steady, month=[0] * 9 + [0, 70, 130])
    rule = replace(ANY, periods_needed=2)
    first, second = placed(events, 2, rule).holding(
        np.array([1500.0, 500.0]), np.array([500.0, 500.0])
    )
    assert (first, second) == (0, 1)
    # Of enough crimes nobody doubts that they will go on.
    assert placed(events, 1, replace(rule, crimes_beyond_doubt=9)).holding(
        np.array([500.0]), np.array([500.0])
    ).tolist() == [0]


def test_no_place_is_put_where_half_of_the_crimes_are_an_institutions():
    points = [(1000, 1000)] * 8 + [(1000, 1000)] * 9 + [(2000, 2000)] * 2
    at_hospital = [True] * 8 + [False] * 9 + [False] * 2
    events = crimes(points, is_at_institution=at_hospital)
    assert held(placed(events, 1), events) == [9]
    more = crimes([*points, (1000, 1000)], is_at_institution=[*at_hospital, True])
    assert held(placed(more, 2), more) == [2]


def test_the_crimes_of_a_street_beside_an_institution_are_still_caught():
    """The hexagon moves away from the hospital until its own crimes are the more."""
    events = crimes(
        [(1000, 1000)] * 20 + [(1150, 1000)] * 12,
        is_at_institution=[True] * 20 + [False] * 12,
    )
    (one,) = placed(events, 1).centres
    assert held(placed(events, 1), events) == [12]
    assert across(np.array([1000 - one[0]]), np.array([1000 - one[1]])) > apothem(SIDE)


def test_no_place_overlaps_ground_that_is_kept_out():
    events = crimes([(1000, 1000)] * 9 + [(1300, 1000)] * 5 + [(2500, 2500)])
    rejected = placed(events, 1).centres
    others = placed(events, 9, kept_out=rejected)
    assert sorted(held(others, events), reverse=True) == [5, 1]
    away = others.centres - rejected[0]
    assert (across(away[:, 0], away[:, 1]) >= 2 * apothem(SIDE) - 1e-5).all()


def test_few_persistent_places_are_found_among_many_that_score_more():
    """The steady place scores less than the brawls, and comes first all the same."""
    brawls = [(300 * number, 2800) for number in range(9) for _ in range(9)]
    steady = [(1500, 500)] * 3
    weight = [5] * len(brawls) + [1] * 3
    month = [0] * len(brawls) + [1, 2, 3]
    events = crimes(brawls + steady, weight=weight, month=month)
    hexagons = placed(events, 4, replace(ANY, periods_needed=3))
    assert held(hexagons, events) == [3, 9, 9, 9]


def test_centres_stay_on_the_ground_of_the_force():
    coast = GROUND[GROUND[:, 0] >= 1000]
    events = crimes([(900, 1000)] * 5 + [(700, 1000)] * 5)
    hexagons = place(sites_of(events, events.month), ANY, coast, SIDE, 15.0, 5)
    assert (hexagons.centres[:, 0] >= 1000 - SIDE).all()
    assert held(hexagons, events) == [5]


POINTS = st.lists(
    st.tuples(st.integers(0, 1500), st.integers(0, 1500), st.integers(1, 5)),
    min_size=1,
    max_size=60,
)


@given(POINTS, st.integers(1, 12), st.randoms())
def test_places_never_overlap_and_do_not_depend_on_the_order(points, wanted, random):
    shuffled = random.sample(points, len(points))
    placements = []
    for these in (points, shuffled):
        x, y, weight = np.array(these).T
        events = crimes(np.column_stack([x, y]), weight=weight)
        placements.append(placed(events, wanted, lattice=25.0))
    one, other = placements
    assert (one.centres == other.centres).all()
    assert len(one) <= wanted
    for place_number, centre in enumerate(one.centres):
        away = one.centres[place_number + 1 :] - centre
        assert (across(away[:, 0], away[:, 1]) >= 2 * apothem(SIDE) - 1e-5).all()


@given(POINTS, st.integers(1, 12), st.integers(0, 2))
def test_leaving_out_what_is_quiet_changes_nothing(points, wanted, needed):
    x, y, weight = np.array(points).T
    events = crimes(np.column_stack([x, y]), weight=weight, month=weight)
    rule = replace(ANY, periods_needed=needed)
    quick = placed(events, wanted, rule, 25.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(free, "first_threshold", lambda *_: 0.0)
        thorough = placed(events, wanted, rule, 25.0)
    assert (quick.centres == thorough.centres).all()


def test_the_first_place_is_the_best_that_there_is():
    """No centre of a lattice of 5 m catches more than the one of 15 m by much."""
    rng = np.random.default_rng(3)
    events = crimes(rng.normal(1200, 150, (400, 2)))
    coarse, fine = placed(events, 1), placed(events, 1, lattice=5.0)
    assert held(coarse, events)[0] >= 0.97 * held(fine, events)[0]


def test_years_of_days_go_by_years():
    ground = grid(side=30)
    last = JANUARY + 71
    month = [last - 12 * year for year in range(5) for _ in range(2)]
    often = crimes([(1100, 1100)] * 10, month=month)
    once = crimes([(3100, 3100)] * 14, month=last)
    both = Events(
        **{
            name: np.concatenate([values, getattr(once, name)])
            for name, values in vars(often).items()
        }
    )
    both = replace(both, cell=np.repeat([0, 1], [10, 14]))
    observed = np.arange(JANUARY, last + 1)
    definition = replace(DEFINITION, top_probability=1.0)
    by_years = choose_freely(
        replace(ground, is_day_dated=True), both, observed, definition, 1
    )
    assert held(by_years, both) == [10]
    # By months neither is in half of them, so the score decides.
    assert held(choose_freely(ground, both, observed, definition, 1), both) == [14]


def test_a_staffed_hot_spot_grows_from_its_best_hexagon_by_those_near_it():
    """A street of crimes, and two lone points; up to three hexagons a hot spot."""
    ground = grid()
    street = [(3000 + 30 * step, 3000) for step in range(24)]
    lone = [(7000, 7000)] * 9 + [(9000, 2000)] * 6
    events = crimes(street * 2 + lone)
    definition = replace(
        DEFINITION, staffed_hot_spots=2, hot_spot_km2=0.12, persistence_share=1.0
    )
    observed = np.array([0])
    hexagons = choose_staffed(ground, events, observed, definition)
    caught = held(hexagons, events)
    on_street = hexagons.centres[:, 1] < 3300
    assert on_street.tolist() == [True, True, True, False]
    assert sum(caught[:3]) > 40 and caught[3] == 9
    for number, centre in enumerate(hexagons.centres):
        away = hexagons.centres[number + 1 :] - centre
        assert (
            across(away[:, 0], away[:, 1]) >= 2 * apothem(side_of(0.04)) - 1e-5
        ).all()
    gaps = np.linalg.norm(np.diff(hexagons.centres[:3], axis=0), axis=1)
    assert gaps.max() <= 2 * (2 * side_of(0.04) + definition.hot_spot_gap_metres)
    assert hexagons.hot_spot.tolist() == [0, 0, 0, 1]
    one_each = choose_staffed(
        ground, events, observed, replace(definition, hot_spot_km2=0.04)
    )
    assert len(one_each) == 2
    assert len(choose_staffed(ground, crimes([]), observed, definition)) == 0


def test_crimes_beyond_doubt_are_the_fewest_with_the_probability():
    counts = np.array([40, 3, 2, 2, 1, 1, 1, 1])
    fewest = crimes_beyond_doubt(counts, 10_000, 2, 0.8)
    seen = np.append(counts, [fewest, fewest - 1]).astype(int)
    among = top_probability(seen, 10_000, 2)
    assert 3 < fewest <= 40
    assert top_probability(counts, 10_000, 2)[0] >= 0.8
    assert among[-2] > among[-1]
    assert crimes_beyond_doubt(np.ones(5, dtype=int), 5, 2, 0.8) == math.inf
