"""Names that tell where a zone runs: "High Street between Mill Lane and A4"."""

from __future__ import annotations

from collections import defaultdict

import networkx as nx

from rasure.places.naming import numbered
from rasure.places.zones.growing import Zone, path_graph
from rasure.places.zones.streets import Streets


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
    # Where an end of the way meets no other road, the crossing nearest to it tells.
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
