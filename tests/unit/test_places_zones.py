"""How a patrol zone grows, is named, and what is counted in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rasure.places.definition import ZoneDefinition
from rasure.places.errors import DefinitionRejected
from rasure.places.zones.drawing import draw_zones, ground_of, grow_zones
from rasure.places.zones.streets import snap
from tests.unit.zone_streets import DEFINITION, events, row, streets


def grown(network, *weight, area_km2=1.0, **figures):
    definition = replace(DEFINITION, **{"least_zone_metres": 1.0, **figures})
    return grow_zones(
        network, np.array(weight, dtype=float), {"spot": area_km2}, definition
    )


def test_the_budget_is_540_metres_there_and_back_and_1080_one_way():
    assert DEFINITION.budget_metres == pytest.approx(540)
    one_way = replace(DEFINITION, is_there_and_back=False)
    assert one_way.budget_metres == pytest.approx(1080)
    assert DEFINITION.minutes(540) == one_way.minutes(1080) == pytest.approx(15)


def test_a_zone_begins_at_the_best_link_and_takes_the_best_neighbour():
    network = streets(*row("High Street", 400, 100, 200, 300))
    (zone,) = grown(network, 0, 10, 6, 1, zones_per_hot_spot=1)
    assert zone.links == [1, 2]
    assert (zone.length_m, zone.weight) == (200, 16)


def test_a_number_of_patrol_areas_leaves_one_for_each_hot_spot():
    network = streets(*row("High Street", 1800, *range(200, 1800, 200)))
    weight = (10, 9, 8, 7, 6, 6, 5, 5, 5)
    every = grown(network, *weight, stop_share=0.1, is_there_and_back=True)
    assert len(every) == 3
    two = grown(network, *weight, stop_share=0.1, patrol_areas=2)
    assert [zone.links for zone in two] == [zone.links for zone in every[:2]]
    # None is left without, however low the number.
    assert len(grown(network, *weight, stop_share=0.1, patrol_areas=1)) == 1
    definition = replace(DEFINITION, patrol_areas=1)
    both = replace(network, spots=[("a",)] * 4 + [("b",)] * 5)
    zones = grow_zones(
        both, np.array(weight, dtype=float), {"a": 1, "b": 1}, definition
    )
    assert [zone.hot_spot_id for zone in zones] == ["a", "b"]


def test_one_crime_in_an_alley_is_no_peak():
    """10 m with 3 events count as 40 m: 0.075 a metre, less than 10 on 100 m."""
    network = streets(("Alley", (0, 50), (0, 60)), *row("High Street", 100))
    (first, *_) = grown(network, 3, 10)
    assert first.links == [1]


def test_growth_stops_at_half_of_what_the_zone_holds_per_metre():
    network = streets(*row("High Street", 300, 100, 200))
    (zone,) = grown(network, 10, 5, 3.7, zones_per_hot_spot=1)
    assert zone.links == [0, 1]
    (zone,) = grown(network, 10, 4.9, 9, zones_per_hot_spot=1)
    assert zone.links == [0, 1, 2]  # over the weak link, to the strong one behind it
    (zone,) = grown(network, 10, 4.9, 0, zones_per_hot_spot=1)
    assert zone.links == [0]


def test_growth_stops_where_the_walk_ends():
    network = streets(*row("High Street", 800, 200, 400, 600))
    zones = grown(network, 10, 10, 10, 10)
    assert [zone.links for zone in zones] == [[0, 1], [2, 3]]
    (one,) = grown(network, 10, 10, 10, 10, is_there_and_back=False)
    assert one.links == [0, 1, 2, 3]


def test_a_link_longer_than_the_walk_or_unpatrollable_is_no_part_of_a_zone():
    network = streets(
        ("Long Road", (0, 0), (600, 0)), *row("High Street", 100), unpatrollable=(1,)
    )
    assert grown(network, 50, 50) == []


def test_the_same_road_is_preferred_and_only_within_reason():
    crossroads = [
        ("High Street", (0, 0), (100, 0)),
        ("High Street", (100, 0), (200, 0)),
        ("Mill Lane", (100, 0), (100, 100)),
    ]
    network = streets(*crossroads)
    (zone,) = grown(network, 10, 7, 8, zones_per_hot_spot=1)
    assert zone.links == [0, 1, 2]
    (zone,) = grown(network, 10, 6, 8, zones_per_hot_spot=1)
    assert zone.links == [0, 2, 1]


def test_a_further_zone_must_be_half_as_dense_as_the_first():
    apart = [("A", (0, 0), (100, 0)), ("B", (0, 500), (100, 500))]
    assert len(grown(streets(*apart), 10, 5)) == 2
    assert len(grown(streets(*apart), 10, 4.9)) == 1


def test_a_zone_has_a_least_length_if_the_streets_around_allow_it():
    """One point on one short street: the zone takes in the streets that it meets."""
    network = streets(*row("High Street", 260, 60, 120, 180))
    (zone,) = grown(network, 9, 0, 0, 0, least_zone_metres=150)
    assert zone.links == [0, 1, 2]
    assert (zone.length_m, zone.weight) == (180, 9)
    # A longer one is as it was.
    assert grown(network, 9, 8, 8, 0) == grown(
        network, 9, 8, 8, 0, least_zone_metres=150
    )


def test_streets_too_short_for_a_zone_are_passed_over_for_the_next():
    apart = [("Alley", (0, 0), (50, 0)), *row("High Street", 200, 100)]
    moved = [(name, (x, y + 500), (v, w + 500)) for name, (x, y), (v, w) in apart[1:]]
    network = streets(apart[0], *moved)
    (zone,) = grown(network, 20, 5, 4, least_zone_metres=150)
    assert zone.links == [1, 2]
    assert grown(streets(apart[0]), 20, least_zone_metres=150) == []


@pytest.mark.parametrize(
    ("area_km2", "zones"), [(0.04, 1), (0.14, 1), (0.16, 2), (0.2, 2), (0.3, 3), (2, 3)]
)
def test_a_larger_hot_spot_has_more_zones(area_km2, zones):
    apart = [("A", (0, y), (200, y)) for y in range(0, 2500, 500)]
    found = grown(streets(*apart), 9, 9, 9, 9, 9, area_km2=area_km2)
    assert len(found) == zones == DEFINITION.zones_of(area_km2)


def test_a_least_length_that_no_patrol_walks_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    with pytest.raises(DefinitionRejected, match="600 m, or more, but a patrol walks"):
        ZoneDefinition.load(least_zone_metres=600)


def test_streets_without_crime_make_no_zone():
    assert grown(streets(*row("High Street", 200, 100)), 0, 0) == []
    assert draw(streets(), []) == []


def draw(network, points, **figures):
    happened = events(*points)
    weight = np.ones(len(happened.x))
    definition = replace(DEFINITION, **{"least_zone_metres": 1.0, **figures})
    names, sizes = {"spot": "The Spot"}, {"spot": 1.0}
    return draw_zones(network, happened, weight, names, sizes, definition)


def test_an_event_counts_on_the_nearest_street_within_thirty_metres():
    network = streets(*row("High Street", 200, 100))
    x = np.array([50.0, 100.0, 150.0, 150.0, np.nan])
    y = np.array([29.0, 0.0, -10.0, 31.0, 0.0])
    # The one at the junction is as near to both, and counts on the first.
    assert snap(network, x, y, 30).tolist() == [0, 0, 1, -1, -1]
    assert snap(streets(), x, y, 30).tolist() == [-1] * 5


def test_names_say_between_which_streets():
    network = streets(
        *row("High Street", 200, 100),
        ("Mill Lane", (0, 0), (0, 50)),
        ("Church Street", (200, 0), (200, 50)),
    )
    (zone,) = draw(network, [(50, 5), (50, 5), (150, 5), (150, 5)])
    assert zone.zone_name == "High Street between Mill Lane and Church Street"


def test_a_name_takes_the_crossing_nearest_to_an_open_end():
    network = streets(
        *row("High Street", 300, 100, 200),
        ("Mill Lane", (100, 0), (100, 50)),
        ("Church Street", (200, 0), (200, 50)),
    )
    points = [(50, 5), (150, 5), (250, 5)]
    (zone,) = draw(network, points)
    assert zone.zone_name == "High Street between Mill Lane and Church Street"
    (zone,) = draw(network, points[:1])
    assert zone.zone_name == "High Street at Mill Lane"


def test_nameless_streets_are_named_after_the_hot_spot_and_no_two_alike():
    nameless = [(None, (0, 0), (100, 0)), (None, (0, 500), (100, 500))]
    zones = draw(streets(*nameless), [(50, 0), (50, 0), (50, 500)])
    names = [zone.zone_name for zone in zones]
    assert names == ["Streets of The Spot", "Streets of The Spot (2)"]


def test_a_numbered_road_is_named_by_its_number():
    network = replace(streets((None, (0, 0), (100, 0))), road_number=["A4"])
    assert draw(network, [(50, 0)])[0].zone_name == "A4"


def test_the_ground_of_a_zone_is_its_streets_and_25_metres():
    (zone,) = draw(streets(*row("High Street", 100)), [(50, 0)])
    assert zone.area_km2 * 1e6 == pytest.approx(100 * 50 + np.pi * 25**2, rel=0.01)
    twice = [zone, zone]
    assert ground_of(twice).area == pytest.approx(zone.area_km2 * 1e6)


def test_a_figure_that_makes_no_sense_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    assert ZoneDefinition.load() == DEFINITION
    with pytest.raises(DefinitionRejected, match="walk_minutes is 0"):
        ZoneDefinition.load(walk_minutes=0)
    with pytest.raises(DefinitionRejected, match="no figure named 'walk'"):
        ZoneDefinition.load(walk=15)
    (tmp_path / "settings.toml").write_text("[places.zones]\nwalk_minutes = 20\n")
    assert ZoneDefinition.load().walk_minutes == 20
