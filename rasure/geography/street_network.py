"""Make a network from lines: links from junction to junction, with stable ids.

Publishers cut their lines differently: lines of OpenStreetMap run through junctions or
end at a bend. So each line is cut where it shares a vertex with another line, and two
lines are joined where only they meet. A long link is cut into equal pieces, because a
patrol may walk only the busy end of a long street. Ends within 0.1 m are one node.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.ops import substring

# A stretch: the line it was cut from, its two nodes, and its (n, 2) points.
Stretch = tuple[int, int, int, np.ndarray]

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


def links_of(lines: np.ndarray, sort: list | None = None) -> list[Link]:
    """The links of `lines` (LineStrings in metres), in the order of the lines.

    `sort` is the sort of street of each line: where exactly two links meet and are of
    one sort, there is no junction and they become one link. A course that occurs twice,
    in either direction, is one link: the first.
    """
    points, line_of = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        return []
    node_of = snapped(points)
    meetings = np.bincount(node_of)[node_of]
    is_end = np.append(True, line_of[1:] != line_of[:-1])
    is_end |= np.append(line_of[1:] != line_of[:-1], True)
    breaks = np.flatnonzero(is_end | (meetings > 1))
    stretches: dict[str, Stretch] = {}
    for start, end in pairwise(breaks):
        course = points[start : end + 1]
        if line_of[start] != line_of[end] or metres(course) <= SNAP_M:
            continue
        ends = int(node_of[start]), int(node_of[end])
        stretches.setdefault(course_id(course), (int(line_of[start]), *ends, course))
    names = node_names(points, node_of)
    links: dict[str, Link] = {}
    for line, *ends, course in merged(list(stretches.values()), names, sort):
        for from_node, to_node, piece in pieces(course, *ends):
            link_id = course_id(piece)
            link = Link(link_id, line, from_node, to_node, shapely.LineString(piece))
            links.setdefault(link_id, link)
    return list(links.values())


def merged(
    stretches: list[Stretch], names: list[str], sort: list | None
) -> list[tuple[int, str, str, np.ndarray]]:
    """The stretches, with two that meet at a point where no third does joined to one.

    A ring that meets no other street begins at its westernmost point.
    """
    at: dict[int, list[int]] = defaultdict(list)
    for number, (_, start, end, _) in enumerate(stretches):
        at[start].append(number)
        at[end].append(number)

    def goes_on(node: int, number: int) -> int | None:
        """The stretch that continues `number` at a node; None at a junction."""
        others = [one for one in at[node] if one != number]
        if len(at[node]) != 2 or len(others) != 1:
            return None
        lines = stretches[number][0], stretches[others[0]][0]
        is_one_sort = sort is None or sort[lines[0]] == sort[lines[1]]
        return others[0] if is_one_sort else None

    used: set[int] = set()
    answer = []
    for number, (line, start, end, course) in enumerate(stretches):
        if number in used:
            continue
        used.add(number)
        for forwards in (True, False):
            node, last = (end if forwards else start), number
            while (following := goes_on(node, last)) is not None:
                if following in used:
                    break
                used.add(following)
                _, first, other, more = stretches[following]
                if (first == node) != forwards:
                    more = more[::-1]
                node, last = (other if first == node else first), following
                course = np.concatenate(
                    [course, more[1:]] if forwards else [more[:-1], course]
                )
            start, end = (start, node) if forwards else (node, end)
        if start == end and len(at[start]) == 2:
            course = ring(course)
            answer.append((line, *2 * [node_name(*course[0])], course))
        else:
            answer.append((line, names[start], names[end], course))
    return answer


def ring(course: np.ndarray) -> np.ndarray:
    """A closed course from its westernmost, then southernmost point."""
    open_course = course[:-1]
    first = np.lexsort((open_course[:, 1], open_course[:, 0]))[0]
    turned = np.roll(open_course, -first, axis=0)
    return np.concatenate([turned, turned[:1]])


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


def pieces(course: np.ndarray, from_node: str, to_node: str):
    """A course as equal pieces of at most `LONGEST_M`: (from node, to node, points)."""
    length_m = metres(course)
    if length_m <= LONGEST_M:
        yield from_node, to_node, course
        return
    line = shapely.LineString(course)
    cuts = np.linspace(0.0, line.length, int(np.ceil(length_m / LONGEST_M)) + 1)
    before = from_node
    for position, (start, end) in enumerate(pairwise(cuts), 1):
        piece = np.array(substring(line, start, end).coords)
        after = to_node if position == len(cuts) - 1 else node_name(*piece[-1])
        yield before, after, piece
        before = after


def metres(course: np.ndarray) -> float:
    """The length of a course, an (n, 2) array of points."""
    return float(np.hypot(*np.diff(course, axis=0).T).sum())


def course_id(course: np.ndarray) -> str:
    """16 hex digits of a course to 0.1 m, the same in both directions."""
    names = [node_name(x, y) for x, y in course]
    text = "|".join(min(names, names[::-1]))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
