"""The streets around hot spots, as arrays, and the events that lie on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import psycopg
import shapely

from rasure.places.errors import NoStreets

# How far beyond the margin a street is read: to snap to and to name zones after.
AROUND_M = 300.0

STREETS = """
    with

    spots as (
        select hot_spot_id, st_geomfromwkb(wkb, 27700) as geom
        from unnest(%(hot_spot_ids)s::text[], %(grounds)s::bytea[])
            as spots (hot_spot_id, wkb)
    )

    select
        links.link_id,
        links.name,
        links.road_number,
        links.from_node,
        links.to_node,
        links.length_m,
        links.is_patrollable,
        st_asbinary(links.geom),
        array_agg(spots.hot_spot_id) filter (
            where st_dwithin(
                st_lineinterpolatepoint(links.geom, 0.5), spots.geom, %(margin)s
            )
        )
    from spots
    inner join geo.street_links as links
        on st_dwithin(links.geom, spots.geom, %(reach)s)
    where links.force = %(force)s
    group by links.force, links.link_id
    order by links.link_id collate "C"
"""


@dataclass(frozen=True)
class Streets:
    """Street links in the order of their ids, one value a link.

    `spots` are the hot spots that a link is in, or near enough to; it may be none.
    """

    link_id: list[str]
    name: list[str | None]
    road_number: list[str | None]
    from_node: list[str]
    to_node: list[str]
    length_m: np.ndarray
    is_patrollable: np.ndarray
    line: np.ndarray
    spots: list[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.link_id)

    def road(self, link: int) -> str | None:
        """What a link's road is called: its name, or its number."""
        return self.name[link] or self.road_number[link]

    def same_road(self, one: int, other: int) -> bool:
        """Whether two links bear the same name or the same number."""
        return any(
            values[one] is not None and values[one] == values[other]
            for values in (self.name, self.road_number)
        )


def streets_id(connection: psycopg.Connection, force: str) -> str | None:
    """The content id of the network of a force; None where none is loaded."""
    row = connection.execute(
        "select content_id from geo.street_networks where force = %s", (force,)
    ).fetchone()
    return row and row[0]


def read_streets(
    connection: psycopg.Connection,
    force: str,
    spots: dict[str, bytes],
    margin_metres: float,
) -> Streets:
    """The streets in and around hot spots: the ground of each, as WKB, by its id.

    Raises `NoStreets` when the force has no network.
    """
    if streets_id(connection, force) is None:
        raise NoStreets(
            f"The warehouse has no streets of {force!r}. Load them with `rasure "
            f"geography load streets FILE --force {force}`."
        )
    rows = connection.execute(
        STREETS,
        {
            "hot_spot_ids": list(spots),
            "grounds": list(spots.values()),
            "margin": margin_metres,
            "reach": margin_metres + AROUND_M,
            "force": force,
        },
    ).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * 9
    return Streets(
        link_id=list(columns[0]),
        name=list(columns[1]),
        road_number=list(columns[2]),
        from_node=list(columns[3]),
        to_node=list(columns[4]),
        length_m=np.array(columns[5], dtype=float),
        is_patrollable=np.array(columns[6], dtype=bool),
        line=shapely.from_wkb(np.array(columns[7], dtype=object)),
        spots=[tuple(sorted(spot_ids or ())) for spot_ids in columns[8]],
    )


def snap(streets: Streets, x: np.ndarray, y: np.ndarray, metres: float) -> np.ndarray:
    """The nearest link of each point within `metres`, -1 where there is none.

    Of links as near, the first, so that an event at a junction counts once. Points
    that are not numbers are on no link.
    """
    link = np.full(len(x), -1)
    if not len(streets) or not len(x):
        return link
    points = shapely.points(x, y)
    points[~(np.isfinite(x) & np.isfinite(y))] = None
    point, nearest = shapely.STRtree(streets.line).query_nearest(
        points, max_distance=metres
    )
    order = np.lexsort((nearest, point))
    first, place = np.unique(point[order], return_index=True)
    link[first] = nearest[order][place]
    return link
