"""Hot spots: the designated hexagons that touch, merged and named."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from rasure.places import publishing
from rasure.places.naming import hot_spot_names, share_at_one_location
from rasure.places.ranking import RankedPlace


@dataclass(frozen=True)
class HotSpot:
    """Touching designated hexagons. Its id is that of its hottest hexagon.

    `share_at_one_location` is the share of its crimes at its busiest location: near 1,
    it may be an institution that nobody has listed, so look before patrolling it.
    """

    hot_spot_id: str
    hot_spot_name: str
    hexagon_ids: tuple[str, ...]
    area_km2: float
    crimes: int
    share_at_one_location: float


def merge(
    connection: psycopg.Connection, force: str, hexagons: tuple[RankedPlace, ...]
) -> tuple[HotSpot, ...]:
    """The hot spots that touching hexagons make, in the order of their hottest one."""
    ids = [place.hexagon_id for place in hexagons]
    cluster = publishing.touching(connection, ids)
    members: dict[int, list[RankedPlace]] = {}
    for place in hexagons:
        members.setdefault(cluster[place.hexagon_id], []).append(place)
    where = publishing.recorded_at(connection, force, ids)
    recorded = [
        [row for place in places for row in where.get(place.hexagon_id, [])]
        for places in members.values()
    ]
    hottest = [places[0].hexagon_id for places in members.values()]
    names = hot_spot_names(list(zip(hottest, recorded, strict=True)))
    return tuple(
        HotSpot(
            hot_spot_id=places[0].hexagon_id,
            hot_spot_name=name,
            hexagon_ids=tuple(place.hexagon_id for place in places),
            area_km2=sum(place.area_km2 for place in places),
            crimes=sum(place.crimes for place in places),
            share_at_one_location=share_at_one_location(rows),
        )
        for places, name, rows in zip(members.values(), names, recorded, strict=True)
    )
