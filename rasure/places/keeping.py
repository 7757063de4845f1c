"""The ids of ground that moves: the same id for what is mostly the same ground.

A place that is placed freely moves a little with each month of crimes. It keeps its id
while at least half of its area stays. Of one that is parted, the largest part keeps it.
An id that has ended is never used again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import shapely

SHARE_THAT_STAYS = 0.5
ROUNDING = 1e-9  # of an area; half of a hexagon is half of it whatever the last bits


def kept_ids(
    before: dict[str, shapely.Geometry], after: Sequence[shapely.Geometry]
) -> list[str | None]:
    """The id of `before` that each shape of `after` keeps, None where it keeps none.

    A shape that lies on the ground of two keeps the id of the one it has more of.
    """
    kept: list[str | None] = [None] * len(after)
    if not before or not len(after):
        return kept
    ids = list(before)
    shapes = np.array([before[name] for name in ids], dtype=object)
    new = np.array(list(after), dtype=object)
    one, other = shapely.STRtree(new).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[one], new[other]))
    stays = np.bincount(one, shared, minlength=len(ids))
    needed = (SHARE_THAT_STAYS - ROUNDING) * shapely.area(shapes)
    largest: dict[int, tuple[float, int]] = {}
    for old, part, area in zip(
        one.tolist(), other.tolist(), shared.tolist(), strict=True
    ):
        if stays[old] >= needed[old]:
            largest[old] = max(largest.get(old, (0.0, 0)), (round(area, 3), -part))
    claims = sorted(
        (-area, -negative, ids[old]) for old, (area, negative) in largest.items()
    )
    for area, part, name in claims:
        if area < 0 and kept[part] is None:
            kept[part] = name
    return kept


def unused(name: str, used: Collection[str]) -> str:
    """`name`, with a number behind it if it has been used: `a:2`."""
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}:{number}"
    return candidate


def is_mostly_on(one: bytes, other: bytes) -> bool:
    """True if at least half of one shape lies on another; both are WKB."""
    shape, ground = shapely.from_wkb(bytes(one)), shapely.from_wkb(bytes(other))
    shared = shapely.intersection(shape, ground).area
    return shared >= (SHARE_THAT_STAYS - ROUNDING) * shape.area
