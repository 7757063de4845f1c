"""Zones are connected, walkable and apart, whatever the streets and the crimes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasure.places.zones.drawing import draw_zones
from tests.unit.zone_streets import DEFINITION, events, streets


@st.composite
def towns(draw):
    """A random part of a grid of streets in two hot spots that share some; crimes."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    side = draw(st.integers(2, 7))
    block = draw(st.sampled_from([15.0, 60.0, 180.0]))
    links = []
    for column in range(side):
        for line in range(side):
            here = (column * block, line * block)
            for name, step in (
                (f"Street {line}", (block, 0)),
                (f"Avenue {column}", (0, block)),
            ):
                if rng.random() < 0.75:
                    links.append((name, here, (here[0] + step[0], here[1] + step[1])))
    links = links or [("Lone Lane", (0, 0), (block, 0))]
    number = draw(st.integers(0, 200))
    corner = rng.random((4, 2)) * side * block
    points = corner[rng.integers(0, 4, number)] + rng.normal(0, 30, (number, 2))
    spots = [
        tuple(name for name in ("east", "west") if rng.random() < 0.6) for _ in links
    ]
    network = streets(
        *links, unpatrollable=np.flatnonzero(rng.random(len(links)) < 0.1)
    )
    return replace(network, spots=spots), points.tolist()


@settings(max_examples=60, deadline=None)
@given(towns(), st.booleans())
def test_zones_are_connected_walkable_and_apart(town, is_there_and_back):
    network, points = town
    definition = replace(DEFINITION, is_there_and_back=is_there_and_back)
    happened = events(*points)
    spots, sizes = {"east": "East", "west": "West"}, {"east": 0.04, "west": 0.3}
    weight = np.linspace(0.1, 2.0, len(points))
    zones = draw_zones(network, happened, weight, spots, sizes, definition)
    index = {link_id: number for number, link_id in enumerate(network.link_id)}
    used = Counter(link.link_id for zone in zones for link in zone.links)
    assert all(times == 1 for times in used.values())
    for zone in zones:
        graph = nx.Graph()
        for link in zone.links:
            at = index[link.link_id]
            graph.add_edge(network.from_node[at], network.to_node[at])
            assert network.is_patrollable[at]
            assert zone.hot_spot_id in network.spots[at]
        assert nx.is_connected(graph)
        assert zone.walk_minutes <= 15 + 1e-6
        assert zone.length_m >= DEFINITION.least_zone_metres
        assert zone.length_m == pytest.approx(sum(link.length_m for link in zone.links))
        assert zone.events == sum(link.events for link in zone.links) > 0
        assert zone.score == pytest.approx(sum(link.score for link in zone.links))
    assert sum(zone.events for zone in zones) <= len(points)
    assert len({zone.zone_name for zone in zones}) == len(zones)
    again = draw_zones(network, happened, weight, spots, sizes, definition)
    assert [zone.zone_id for zone in again] == [zone.zone_id for zone in zones]
    assert [zone.links for zone in again] == [zone.links for zone in zones]
