"""Drawing zones: streets and events in, named zones with their figures out.

A zone grows from the link with the most crime per metre, while a walk allows, and is
never shorter than a least length: the publisher's points are few, and the 60 metres
around one of them are a point, not a patrol. Growth is
greedy and deterministic: of the links that can be reached, by themselves or over others
that are then walked as well, the one that adds the most crime per metre joins. It stops
at the length that can be walked, or when the next would add less than a share of what
the zone holds per metre so far. A name tells where a zone runs: "High Street between
Mill Lane and A4".

Nothing here reads or writes the warehouse, so that what is published and what is
evaluated on a hold-out are drawn by the same lines.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx
import numpy as np
import shapely

from rasure.places.definition import ZoneDefinition
from rasure.places.events import Events
from rasure.places.hot_spots import numbered
from rasure.places.zones.streets import Streets, snap


@dataclass
class Zone:
    """Connected links of one hot spot, in the order in which they joined."""

    hot_spot_id: str
    links: list[int] = field(default_factory=list)
    length_m: float = 0.0
    weight: float = 0.0


def grow_zones(
    streets: Streets,
    weight: np.ndarray,
    area_km2: dict[str, float],
    definition: ZoneDefinition,
) -> list[Zone]:
    """The zones of hot spots, in their order; no link is in two of them.

    `weight` is the decayed crime of each link, `area_km2` the size of each hot spot by
    its id. A hot spot has as many zones as its size allows, the later ones only while
    they hold `stop_share` of the first one's crime per metre.
    """
    is_usable = streets.is_patrollable & (streets.length_m <= definition.budget_metres)
    inside: dict[str, list[int]] = {name: [] for name in area_km2}
    for link, spots in enumerate(streets.spots):
        for name in spots:
            if is_usable[link] and name in inside:
                inside[name].append(link)
    used: set[int] = set()
    zones = []
    for name, km2 in area_km2.items():
        first = None
        for _ in range(definition.zones_of(km2)):
            free = [link for link in inside[name] if link not in used]
            zone = grow(streets, weight, free, name, definition)
            if zone is None:
                break
            crime_per_metre = density(zone.weight, zone.length_m, definition)
            first = crime_per_metre if first is None else first
            if crime_per_metre < definition.stop_share * first:
                break
            used.update(zone.links)
            zones.append(zone)
    return most_dense(zones, definition)


def most_dense(zones: list[Zone], definition: ZoneDefinition) -> list[Zone]:
    """The zones that the number of patrol areas leaves, in the order given.

    The first of each hot spot stays; of the others those with most crime per metre.
    """
    if not definition.patrol_areas:
        return zones
    seen: set[str] = set()
    later = []
    for number, zone in enumerate(zones):
        if zone.hot_spot_id in seen:
            heat = density(zone.weight, zone.length_m, definition)
            later.append((-round(heat, 9), number))
        seen.add(zone.hot_spot_id)
    room = max(int(definition.patrol_areas) - len(seen), 0)
    left_out = {number for _, number in sorted(later)[room:]}
    return [zone for number, zone in enumerate(zones) if number not in left_out]


def density(weight: float, length_m: float, definition: ZoneDefinition) -> float:
    """Crime per metre; a short stretch counts as `least_length_metres`."""
    return weight / max(length_m, definition.least_length_metres)


def grow(
    streets: Streets,
    weight: np.ndarray,
    free: list[int],
    hot_spot_id: str,
    definition: ZoneDefinition,
) -> Zone | None:
    """The best zone of the free links; None when there is none.

    A zone begins at the link with most crime per metre. Where the streets around it do
    not make the least length of a zone, the next link is tried.
    """
    hot = [link for link in free if weight[link] > 0]
    paths = path_graph(streets, free)

    def heat(link: int) -> float:
        return density(weight[link], streets.length_m[link], definition)

    for seed in sorted(hot, key=lambda link: (-heat(link), link)):
        zone = Zone(hot_spot_id)
        join(zone, [seed], streets, weight)
        while extension := best_extension(
            streets, weight, zone, hot, paths, definition, definition.stop_share
        ):
            join(zone, extension, streets, weight)
        while zone.length_m < definition.least_zone_metres and (
            extension := best_extension(
                streets, weight, zone, free, paths, definition, 0.0
            )
        ):
            join(zone, extension, streets, weight)
        if zone.length_m >= definition.least_zone_metres:
            return zone
    return None


def join(zone: Zone, links: list[int], streets: Streets, weight: np.ndarray) -> None:
    """Add links to a zone."""
    zone.links += links
    zone.length_m = float(streets.length_m[zone.links].sum())
    zone.weight = float(weight[zone.links].sum())


def path_graph(streets: Streets, links: list[int]) -> nx.Graph:
    """The junctions of some links, an edge the shortest link between two of them."""
    graph = nx.Graph()
    for link in sorted(links, key=lambda link: (streets.length_m[link], link)):
        ends = streets.from_node[link], streets.to_node[link]
        if ends[0] != ends[1] and not graph.has_edge(*ends):
            graph.add_edge(*ends, length=float(streets.length_m[link]), link=link)
    graph.add_nodes_from(streets.from_node[link] for link in links)
    return graph


def best_extension(
    streets: Streets,
    weight: np.ndarray,
    zone: Zone,
    links: list[int],
    paths: nx.Graph,
    definition: ZoneDefinition,
    stop_share: float,
) -> list[int] | None:
    """The links to add next, those on the way first; None when growth is to stop.

    One of `links` is added, if with those on the way it holds `stop_share` of what the
    zone holds per metre.
    """
    left_m = definition.budget_metres - zone.length_m
    nodes = sorted(
        {
            node
            for link in zone.links
            for node in (streets.from_node[link], streets.to_node[link])
        }
    )
    metres, ways = nx.multi_source_dijkstra(
        paths, nodes, cutoff=left_m, weight="length"
    )
    members = set(zone.links)
    least = stop_share * density(zone.weight, zone.length_m, definition)
    best_key, best_links = None, None
    for link in links:
        near = [
            (metres[node], node)
            for node in (streets.from_node[link], streets.to_node[link])
            if node in metres
        ]
        if link in members or not near:
            continue
        away_m, node = min(near)
        length_m = away_m + streets.length_m[link]
        if length_m > left_m + 1e-9:
            continue
        way = [paths.edges[step]["link"] for step in pairwise(ways[node])]
        added = [*way, link]
        gain = density(float(weight[added].sum()), length_m, definition)
        if gain < least:
            continue
        is_same_road = all(streets.same_road(zone.links[0], one) for one in added)
        preferred = gain * (definition.same_road_preference if is_same_road else 1.0)
        key = (-preferred, length_m, link)
        if best_key is None or key < best_key:
            best_key, best_links = key, added
    return best_links


def zone_names(streets: Streets, zones: list[Zone], spots: dict[str, str]) -> list[str]:
    """A name for each zone, no two alike; `spots` are the names of hot spots by id."""
    meeting: dict[str, set[str]] = defaultdict(set)
    for link in range(len(streets)):
        if road := streets.road(link):
            meeting[streets.from_node[link]].add(road)
            meeting[streets.to_node[link]].add(road)
    return numbered(
        [
            name_of(streets, zone, meeting) or f"Streets of {spots[zone.hot_spot_id]}"
            for zone in zones
        ]
    )


def name_of(streets: Streets, zone: Zone, meeting: dict[str, set[str]]) -> str | None:
    """The road with the most metres, between the roads that it meets at its ends."""
    metres: dict[str, float] = defaultdict(float)
    for link in zone.links:
        if road := streets.road(link):
            metres[road] += float(streets.length_m[link])
    if not metres:
        return None
    main = min(metres, key=lambda road: (-round(metres[road], 1), road))
    course = [link for link in zone.links if streets.road(link) == main]
    way = longest_way(streets, course)
    crossings = [sorted(meeting[node] - {main}) for node in way]
    met = [names[0] for names in crossings if names]
    if not met:
        return main
    # Where an end of the way meets no other road, the crossing nearest to it names it.
    start, end = met[0], met[-1]
    if start == end:
        return f"{main} at {start}"
    return f"{main} between {start} and {end}"


def longest_way(streets: Streets, course: list[int]) -> list[str]:
    """The junctions along a road, from the westernmost of its two farthest ends."""
    graph = path_graph(streets, course)
    longest = (-1.0, [])
    for start, (metres, ways) in nx.all_pairs_dijkstra(graph, weight="length"):
        for end in sorted(ways):
            if position(start) <= position(end) and metres[end] > longest[0] + 1e-6:
                longest = (metres[end], ways[end])
    return longest[1]


def position(node: str) -> tuple[float, float]:
    """Easting and northing of a node, from its name."""
    easting, northing = node.split(" ")
    return float(easting), float(northing)


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
    area_km2: dict[str, float],
    definition: ZoneDefinition,
) -> list[PatrolZone]:
    """The zones of hot spots (name by id, hottest first), by score from the highest.

    `area_km2` is the size of each hot spot by id, in the same order. `weight` is one
    value an event. An event counts on the link nearest to it, so the events of all
    zones are never more than the events.
    """
    link_of = snap(streets, events.x, events.y, definition.snap_metres)
    on_street = link_of >= 0
    count = np.bincount(link_of[on_street], minlength=len(streets))
    heat = np.bincount(link_of[on_street], weight[on_street], minlength=len(streets))
    heat = np.round(heat, 9)
    grown = grow_zones(streets, heat, area_km2, definition)
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
