"""Streets, crimes and settings for the tests of patrol zones, built in metres."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely

from rasure.places.definition import ZoneDefinition
from rasure.places.events import Events
from rasure.places.zones.streets import Streets

DEFINITION = ZoneDefinition(
    margin_metres=100,
    snap_metres=30,
    least_length_metres=40,
    walk_minutes=15,
    walk_metres_per_second=1.2,
    is_there_and_back=True,
    stop_share=0.5,
    same_road_preference=1.25,
    least_zone_metres=150,
    km2_per_zone=0.1,
    zones_per_hot_spot=3,
    buffer_metres=25,
)


def streets(*links, spots=("spot",), unpatrollable=()):
    """Streets from (name, from, to), the ends (x, y), each with an id of its order."""
    lines = [shapely.LineString([start, end]) for _, start, end in links]
    return Streets(
        link_id=[f"link-{number:04}" for number in range(len(links))],
        name=[name for name, _, _ in links],
        road_number=[None] * len(links),
        from_node=["{:.1f} {:.1f}".format(*start) for _, start, _ in links],
        to_node=["{:.1f} {:.1f}".format(*end) for _, _, end in links],
        length_m=shapely.length(lines),
        is_patrollable=~np.isin(np.arange(len(links)), unpatrollable),
        line=np.array(lines, dtype=object),
        spots=[tuple(spots)] * len(links),
    )


def row(name, length, *cuts):
    """A straight street from x = 0, cut at some metres."""
    ends = [0, *cuts, length]
    return [(name, (start, 0), (end, 0)) for start, end in pairwise(ends)]


def events(*points):
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    ones = np.ones(len(x))
    return Events(
        cell=ones.astype(int),
        month=ones.astype(int),
        score_weight=ones,
        x=x,
        y=y,
        is_at_institution=ones < 0,
    )
