"""Growing zones: from the link with the most crime per metre, while a walk allows.

Greedy and deterministic. Of the links that can be reached, by themselves or over others
that are then walked as well, the one that adds the most crime per metre joins; growth
stops at the length that can be walked, or when the next would add less than a share of
what the zone holds per metre so far.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx
import numpy as np

from rasure.places.zones.definition import ZoneDefinition
from rasure.places.zones.streets import Streets


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
    hot_spot_ids: list[str],
    definition: ZoneDefinition,
) -> list[Zone]:
    """The zones of hot spots, in their order; no link is in two of them.

    `weight` is the decayed crime of each link. A hot spot has up to
    `zones_per_hot_spot` zones, the later ones only while they hold `stop_share` of the
    first one's crime per metre.
    """
    is_usable = streets.is_patrollable & (streets.length_m <= definition.budget_metres)
    inside: dict[str, list[int]] = {name: [] for name in hot_spot_ids}
    for link, spots in enumerate(streets.spots):
        for name in spots:
            if is_usable[link] and name in inside:
                inside[name].append(link)
    taken: set[int] = set()
    zones = []
    for name in hot_spot_ids:
        first = None
        for _ in range(int(definition.zones_per_hot_spot)):
            free = [link for link in inside[name] if link not in taken]
            zone = grow(streets, weight, free, name, definition)
            if zone is None:
                break
            found = density(zone.weight, zone.length_m, definition)
            first = found if first is None else first
            if found < definition.stop_share * first:
                break
            taken.update(zone.links)
            zones.append(zone)
    return zones


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
    """The best zone of the free links; None when none of them has an event."""
    hot = [link for link in free if weight[link] > 0]
    if not hot:
        return None

    def heat(link: int) -> float:
        return density(weight[link], streets.length_m[link], definition)

    seed = min(hot, key=lambda link: (-heat(link), link))
    paths = path_graph(streets, free)
    zone = Zone(hot_spot_id)
    join(zone, [seed], streets, weight)
    while found := best_extension(streets, weight, zone, hot, paths, definition):
        join(zone, found, streets, weight)
    return zone


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
    hot: list[int],
    paths: nx.Graph,
    definition: ZoneDefinition,
) -> list[int] | None:
    """The links to add next, those on the way first; None when growth is to stop."""
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
    least = definition.stop_share * density(zone.weight, zone.length_m, definition)
    best, found = None, None
    for link in hot:
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
        if best is None or key < best:
            best, found = key, added
    return found
