"""From lines to a network: links from junction to junction, with stable ids.

Publishers cut their lines differently, OpenStreetMap's run through junctions; so every
line is cut wherever it shares a vertex with another, and a long link into equal pieces,
because a patrol may take the busy end of a long street. Ends within 0.1 m are one node.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.ops import substring

SNAP_M = 0.1
LONGEST_M = 250.0


@dataclass(frozen=True)
class Link:
    """A line between two nodes; `line` is the index of the line it was cut from."""

    link_id: str
    line: int
    from_node: str
    to_node: str
    geometry: shapely.LineString


def links_of(lines: np.ndarray) -> list[Link]:
    """The links of `lines` (LineStrings in metres), in their order, none twice.

    A course that is there twice, in whichever direction, is one link: the first.
    """
    points, line_of = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        return []
    node_of = snapped(points)
    meetings = np.bincount(node_of)[node_of]
    is_end = np.append(True, line_of[1:] != line_of[:-1])
    is_end |= np.append(line_of[1:] != line_of[:-1], True)
    breaks = np.flatnonzero(is_end | (meetings > 1))
    names = node_names(points, node_of)
    found: dict[str, Link] = {}
    for start, end in itertools.pairwise(breaks):
        if line_of[start] != line_of[end]:
            continue
        course = shapely.LineString(points[start : end + 1])
        if course.length <= SNAP_M:
            continue
        nodes = names[node_of[start]], names[node_of[end]]
        for from_node, to_node, piece in pieces(course, *nodes):
            link_id = course_id(piece)
            link = Link(link_id, int(line_of[start]), from_node, to_node, piece)
            found.setdefault(link_id, link)
    return list(found.values())


def snapped(points: np.ndarray) -> np.ndarray:
    """The node number of each point: points within `SNAP_M` of another share one."""
    unique, place = np.unique(points, axis=0, return_inverse=True)
    pairs = cKDTree(unique).query_pairs(SNAP_M, output_type="ndarray")
    near = coo_array(
        (np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])),
        shape=(len(unique), len(unique)),
    )
    return connected_components(near, directed=False)[1][place.ravel()]


def node_names(points: np.ndarray, node_of: np.ndarray) -> list[str]:
    """The name of each node: that of its south-westernmost point."""
    order = np.lexsort((points[:, 1], points[:, 0], node_of))
    first = order[np.append(True, np.diff(node_of[order]) > 0)]
    return [node_name(x, y) for x, y in points[first]]


def node_name(x: float, y: float) -> str:
    """`<easting> <northing>` in metres, to a tenth."""
    return f"{x:.1f} {y:.1f}"


def pieces(course: shapely.LineString, from_node: str, to_node: str):
    """A link as equal pieces of at most `LONGEST_M`: (from node, to node, line)."""
    number = int(np.ceil(course.length / LONGEST_M))
    cuts = np.linspace(0.0, course.length, number + 1)
    before = from_node
    for position, (start, end) in enumerate(itertools.pairwise(cuts), 1):
        piece = course if number == 1 else substring(course, start, end)
        after = to_node if position == number else node_name(*piece.coords[-1])
        yield before, after, piece
        before = after


def course_id(line: shapely.LineString) -> str:
    """16 hex digits of a line's course to 0.1 m, the same in both directions."""
    course = [node_name(x, y) for x, y in line.coords]
    text = "|".join(min(course, course[::-1]))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
