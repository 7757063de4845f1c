"""Drawing zones: streets and events in, named zones with their figures out.

Nothing here reads or writes the warehouse, so that what is published and what is
evaluated on a hold-out are drawn by the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from rasure.places.reading import Events
from rasure.places.zones.definition import ZoneDefinition
from rasure.places.zones.growing import grow_zones
from rasure.places.zones.naming import zone_names
from rasure.places.zones.streets import Streets, snap


@dataclass(frozen=True)
class ZoneLink:
    """A street link of a zone, with the events snapped to it."""

    link_id: str
    name: str | None
    road_number: str | None
    length_m: float
    events: int
    score: float
    line: shapely.LineString


@dataclass(frozen=True)
class PatrolZone:
    """A connected set of streets of one hot spot; `ground` is the streets, buffered."""

    zone_id: str
    zone_name: str
    hot_spot_id: str
    length_m: float
    walk_minutes: float
    events: int
    score: float
    area_km2: float
    links: tuple[ZoneLink, ...]
    ground: shapely.Geometry


def draw_zones(
    streets: Streets,
    events: Events,
    weight: np.ndarray,
    spots: dict[str, str],
    definition: ZoneDefinition,
) -> list[PatrolZone]:
    """The zones of hot spots (name by id, hottest first), by score from the highest.

    `weight` is one value an event. An event counts on the link nearest to it, so the
    events of all zones are never more than the events.
    """
    link_of = snap(streets, events.x, events.y, definition.snap_metres)
    on_street = link_of >= 0
    count = np.bincount(link_of[on_street], minlength=len(streets))
    heat = np.bincount(link_of[on_street], weight[on_street], minlength=len(streets))
    heat = np.round(heat, 9)
    grown = grow_zones(streets, heat, list(spots), definition)
    grown.sort(key=lambda zone: (-round(zone.weight, 9), zone.hot_spot_id, zone.links))
    number: dict[str, int] = {}
    zones = []
    for zone, name in zip(grown, zone_names(streets, grown, spots), strict=True):
        number[zone.hot_spot_id] = number.get(zone.hot_spot_id, 0) + 1
        lines = streets.line[zone.links]
        ground = shapely.union_all(lines).buffer(definition.buffer_metres)
        zones.append(
            PatrolZone(
                zone_id=f"{zone.hot_spot_id}/{number[zone.hot_spot_id]}",
                zone_name=name,
                hot_spot_id=zone.hot_spot_id,
                length_m=zone.length_m,
                walk_minutes=definition.minutes(zone.length_m),
                events=int(count[zone.links].sum()),
                score=zone.weight,
                area_km2=ground.area / 1e6,
                links=tuple(
                    ZoneLink(
                        link_id=streets.link_id[link],
                        name=streets.name[link],
                        road_number=streets.road_number[link],
                        length_m=float(streets.length_m[link]),
                        events=int(count[link]),
                        score=float(heat[link]),
                        line=streets.line[link],
                    )
                    for link in zone.links
                ),
                ground=ground,
            )
        )
    return zones


def ground_of(zones: list[PatrolZone]) -> shapely.Geometry:
    """The ground of all zones together, where they lie over one another once."""
    return shapely.union_all([zone.ground for zone in zones])
