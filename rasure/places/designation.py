"""Designating hot places: the hexagons that fill the share of the force area.

The same data and definition give the same designation, down to its id, so publishing
again changes nothing; anything else is a new version, and the one before it ends.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

import psycopg

from rasure.places.definition import Definition
from rasure.places.naming import hot_spot_names, share_at_one_location
from rasure.places.ranking import RankedPlace, forces_with_crimes, rank_places

METHOD = "decayed root harm, persistent places first, institutions out"


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


@dataclass(frozen=True)
class Designation:
    """One version of a force's hot places; `is_new` when this call published it."""

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
    def not_persistent(self) -> int:
        """Designated hexagons that only fill what persistent places left over."""
        return sum(not place.is_persistent for place in self.hexagons)


def designate(
    connection: psycopg.Connection,
    force: str,
    publish: bool = True,
    definition: Definition | None = None,
) -> Designation:
    """Designate the hot places of `force` and, unless told not to, publish them.

    One transaction; runs for one force take turns. Raises `NoPlaces` when there is
    nothing to rank.
    """
    from rasure.places import publishing

    definition = definition or Definition.load()
    with connection.transaction():
        publishing.take_turn(connection, force)
        ranking = rank_places(connection, force, definition)
        hexagons = tuple(ranking.fill(definition.coverage_percent))
        parameters = definition.designation_parameters()
        designation = Designation(
            designation_id=content_id(force, ranking.data_to, hexagons, parameters),
            force=force,
            definition_version=definition.version,
            data_from=ranking.data_from,
            data_to=ranking.data_to,
            coverage_percent=definition.coverage_percent,
            force_area_km2=ranking.force_area_km2,
            crimes_total=ranking.crimes_total,
            hexagons=hexagons,
            hot_spots=merge(connection, force, hexagons),
            parameters=parameters,
        )
        if publish:
            is_new = publishing.publish(connection, designation, METHOD)
            designation = replace(designation, is_new=is_new)
    return designation


def designate_all(
    connection: psycopg.Connection, definition: Definition | None = None
) -> list[Designation]:
    """Designate every force that has crimes; each is published where it has changed.

    Each force is a transaction of its own, unless the caller is in one already.
    """
    with connection.transaction():
        forces = forces_with_crimes(connection)
    return [designate(connection, force, definition=definition) for force in forces]


def content_id(
    force: str,
    data_to: date,
    hexagons: tuple[RankedPlace, ...],
    parameters: dict[str, float],
) -> str:
    """`<force> <YYYY-MM> <8 hex digits>`, the digits from the hexagons and figures."""
    content = json.dumps(
        [sorted(place.hexagon_id for place in hexagons), parameters], sort_keys=True
    )
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return f"{force} {data_to:%Y-%m} {digest}"


def merge(
    connection: psycopg.Connection, force: str, hexagons: tuple[RankedPlace, ...]
) -> tuple[HotSpot, ...]:
    """The hot spots that touching hexagons make, in the order of their hottest one."""
    from rasure.places import publishing

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
