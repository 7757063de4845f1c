"""A version of a force's hot places: its content, its id, and the tables that keep it.

The id comes from the content, so that the same content is never published twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import psycopg

from rasure.places.hot_spots import HotSpot
from rasure.places.ranking import RankedPlace
from rasure.places.reviews import ACCEPTED, REJECTED, Review


@dataclass(frozen=True)
class Designation:
    """One version of a force's hot places; `is_new` when this call published it.

    `reviews` are those in force on its hexagons and on those hotter than its last.
    """

    designation_id: str
    force: str
    definition_version: str
    data_from: date
    data_to: date
    coverage_percent: float
    force_area_km2: float
    crimes_total: int
    hexagons: tuple[RankedPlace, ...]
    hot_spots: tuple[HotSpot, ...]
    parameters: dict[str, float]
    patrol_window: str = "all"
    reviews: tuple[Review, ...] = ()
    is_new: bool = False

    @property
    def valid_from(self) -> date:
        """The day after the last day of the data."""
        return self.data_to + timedelta(days=1)

    @property
    def area_km2(self) -> float:
        """Area of the designated hexagons."""
        return sum(place.area_km2 for place in self.hexagons)

    @property
    def area_percent(self) -> float:
        """Share of the force area that they fill."""
        return 100.0 * self.area_km2 / self.force_area_km2

    @property
    def crimes_captured(self) -> int:
        """Crimes in them over the whole data window: a description, not a score."""
        return sum(place.crimes for place in self.hexagons)

    @property
    def rejected(self) -> tuple[Review, ...]:
        """The reviews that kept a hexagon out."""
        return tuple(review for review in self.reviews if review.decision == REJECTED)

    def is_accepted(self, spot: HotSpot) -> bool:
        """Whether reviewers have accepted every hexagon of a hot spot."""
        accepted = {
            review.hexagon_id for review in self.reviews if review.decision == ACCEPTED
        }
        return set(spot.hexagon_ids) <= accepted

    @property
    def is_placed_freely(self) -> bool:
        """True if its hexagons are no cells of the grid."""
        return any(place.centre is not None for place in self.hexagons)

    @property
    def not_persistent(self) -> int:
        """Designated hexagons that only fill what persistent places left over."""
        return sum(not place.is_persistent for place in self.hexagons)


def content_id(
    force: str,
    data_to: date,
    hexagons: tuple[RankedPlace, ...],
    parameters: dict[str, float],
    patrol_window: str = "all",
) -> str:
    """`<force> <YYYY-MM> [<window>] <8 hex digits>`, the digits from the content.

    The content are the figures and the ids, and where a hexagon lies that is placed
    freely: its id stays while it moves.
    """
    ground = sorted(
        place.hexagon_id if place.centre is None else [place.hexagon_id, *place.centre]
        for place in hexagons
    )
    content = json.dumps([ground, parameters], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    window = "" if patrol_window == "all" else f" {patrol_window}"
    return f"{force} {data_to:%Y-%m}{window} {digest}"


VERSION = """
    insert into places.designations (
        designation_id, force, definition_version, data_from, data_to,
        coverage_percent, method, hexagons, hot_spots, area_km2, crimes_captured,
        crimes_total, valid_from, parameters, patrol_window
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

HOT_SPOT = """
    insert into places.hot_spots (
        designation_id, hot_spot_id, hot_spot_name, hexagons, area_km2, crimes, geom
    )
    select
        %(designation_id)s, %(hot_spot_id)s, %(name)s, cardinality(%(hexagon_ids)s),
        %(area_km2)s, %(crimes)s, st_multi(st_union(geom))
    from (
        select geom
        from geo.hexagons
        where hexagon_id = any(%(hexagon_ids)s)
        union all
        select st_geomfromwkb(wkb, 27700)
        from unnest(%(placed)s::bytea[]) as placed (wkb)
    ) as shapes
"""

PLACED = """
    insert into places.placed_hexagons (designation_id, hexagon_id, cell_id, geom)
    values (%s, %s, %s, st_geomfromwkb(%s, 27700))
"""

# A version that was to begin on the same day or later never was in force.
CLOSE = """
    update places.designations
    set valid_to = greatest(%(valid_from)s::date, valid_from) - 1
    where force = %(force)s
        and patrol_window = %(patrol_window)s
        and valid_to is null
        and designation_id <> %(designation_id)s
"""


def take_turn(connection: psycopg.Connection, force: str) -> None:
    """Wait until no other transaction designates this force."""
    connection.execute(
        "select pg_advisory_xact_lock(hashtext('places.designations'), hashtext(%s))",
        (force,),
    )


def publish(
    connection: psycopg.Connection, designation: Designation, method: str
) -> bool:
    """Make `designation` the open version of its window; False when it is already.

    A version that was open once and is wanted again is opened again: its id is its
    content.
    """
    key = designation.designation_id
    known = connection.execute(
        "select valid_to is null from places.designations where designation_id = %s",
        (key,),
    ).fetchone()
    if known == (True,):
        return False
    connection.execute(
        CLOSE,
        {
            "force": designation.force,
            "patrol_window": designation.patrol_window,
            "valid_from": designation.valid_from,
            "designation_id": key,
        },
    )
    if known:
        connection.execute(
            "update places.designations set valid_to = null, published_at = now() "
            "where designation_id = %s",
            (key,),
        )
        return True
    write(connection, designation, method)
    return True


def write(
    connection: psycopg.Connection, designation: Designation, method: str
) -> None:
    """Insert a version with its hot spots, its hexagons and the ground of these."""
    key = designation.designation_id
    connection.execute(
        VERSION,
        (
            key,
            designation.force,
            designation.definition_version,
            designation.data_from,
            designation.data_to,
            designation.coverage_percent,
            method,
            len(designation.hexagons),
            len(designation.hot_spots),
            designation.area_km2,
            designation.crimes_captured,
            designation.crimes_total,
            designation.valid_from,
            json.dumps(designation.parameters),
            designation.patrol_window,
        ),
    )
    spot_of = {}
    placed = placed_shapes(designation.hexagons)
    with connection.cursor() as cursor:
        for spot in designation.hot_spots:
            ids = list(spot.hexagon_ids)
            spot_of |= dict.fromkeys(ids, spot.hot_spot_id)
            cursor.execute(
                HOT_SPOT,
                {
                    "designation_id": key,
                    "hot_spot_id": spot.hot_spot_id,
                    "name": spot.hot_spot_name,
                    "hexagon_ids": ids,
                    "area_km2": spot.area_km2,
                    "crimes": spot.crimes,
                    "placed": [placed[one] for one in ids if one in placed],
                },
            )
        cursor.executemany(
            "insert into places.designated_hexagons "
            "(designation_id, hexagon_id, designation_order, hot_spot_id) "
            "values (%s, %s, %s, %s)",
            [
                (key, place.hexagon_id, order, spot_of[place.hexagon_id])
                for order, place in enumerate(designation.hexagons, start=1)
            ],
        )
        cursor.executemany(
            PLACED,
            [
                (key, place.hexagon_id, place.cell_id, placed[place.hexagon_id])
                for place in designation.hexagons
                if place.hexagon_id in placed
            ],
        )


def placed_shapes(hexagons: Sequence[RankedPlace]) -> dict[str, bytes]:
    """The ground, as WKB in EPSG:27700, of the hexagons that are placed freely."""
    import shapely

    from rasure.places.free import Hexagons, side_of

    return {
        place.hexagon_id: shapely.to_wkb(
            Hexagons(np.array([place.centre]), side_of(place.area_km2)).polygons()[0]
        )
        for place in hexagons
        if place.centre is not None
    }
