"""Hot spots: the designated hexagons that touch, merged and named.

A name is one that an officer knows: "High Street, Slough". A hot spot is named after
the street that most of its crimes were recorded on, and its district; one without a
street after the kind of place ("Supermarket, Slough").
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from rasure.places.ranking import RankedPlace

# Hexagons of one grid that share an edge are 0 m apart but for rounding; those that do
# not are a hundred metres apart.
TOUCHING = """
    select hexagon_id, st_clusterdbscan(geom, eps := 1, minpoints := 1) over ()
    from geo.hexagons
    where hexagon_id = any(%s)
"""

RECORDED = """
    select
        fct_crime.hexagon_id,
        dim_place.street_name,
        dim_place.generic_label,
        min(districts.district_name),
        count(distinct fct_crime.crime_key)
    from core.fct_crime
    inner join core.dim_place on fct_crime.place_id = dim_place.place_id
    inner join geo.hexagons on fct_crime.hexagon_id = hexagons.hexagon_id
    left join geo.districts
        on st_intersects(districts.geom, hexagons.centroid)
        and districts.force = fct_crime.force
    where fct_crime.force = %s
        and fct_crime.hexagon_id = any(%s)
        and fct_crime.is_place_event
        and not fct_crime.is_at_institution
    group by 1, 2, 3
"""


@dataclass(frozen=True)
class Recorded:
    """How many crimes of a hot spot were recorded at one location."""

    street_name: str | None
    generic_label: str | None
    district_name: str | None
    crimes: int


def hot_spot_names(spots: Sequence[tuple[str, Sequence[Recorded]]]) -> list[str]:
    """A name for each hot spot, no two alike; `spots` are (id, where its crimes were).

    Two hot spots on streets of one name get the second street as well ("High Street
    and Mill Lane, Slough"); what is still alike is numbered in the order given.
    """
    short = [name_of(spot_id, recorded, 1) for spot_id, recorded in spots]
    alike = Counter(short)
    longer = [
        name if alike[name] == 1 else name_of(spot_id, recorded, 2)
        for name, (spot_id, recorded) in zip(short, spots, strict=True)
    ]
    return numbered(longer)


def name_of(spot_id: str, recorded: Sequence[Recorded], streets: int) -> str:
    """The busiest `streets` streets and the busiest district of a hot spot."""
    names = busiest(recorded, "street_name")[:streets]
    if not names:
        names = [label.capitalize() for label in busiest(recorded, "generic_label")[:1]]
    where = " and ".join(names) or f"Hexagon {spot_id}"
    return ", ".join([where, *busiest(recorded, "district_name")[:1]])


def busiest(recorded: Sequence[Recorded], column: str) -> list[str]:
    """The values of a column from most crimes to fewest, ties by the alphabet.

    The publisher writes "Paul'S Row"; an officer reads "Paul's Row".
    """
    crimes: Counter[str] = Counter()
    for row in recorded:
        if value := getattr(row, column):
            crimes[value] += row.crimes
    by_crimes = sorted(crimes, key=lambda value: (-crimes[value], value))
    return [re.sub(r"'S\b", "'s", value) for value in by_crimes]


def share_at_one_location(recorded: Sequence[Recorded]) -> float:
    """The share of the crimes that were recorded at the busiest location, 0 to 1."""
    crimes: Counter[tuple] = Counter()
    for row in recorded:
        crimes[row.street_name, row.generic_label] += row.crimes
    return max(crimes.values(), default=0) / max(crimes.total(), 1)


def numbered(names: Sequence[str]) -> list[str]:
    """The names, a second one of the same as "… (2)", never one that is there."""
    used: set[str] = set()
    answer = []
    for name in names:
        candidate, number = name, 1
        while candidate in used or (number > 1 and candidate in names):
            number += 1
            candidate = f"{name} ({number})"
        used.add(candidate)
        answer.append(candidate)
    return answer


@dataclass(frozen=True)
class HotSpot:
    """Designated hexagons that touch. On the grid its id is that of its hottest one.

    `share_at_one_location` is the share of its crimes at its busiest location: near 1,
    it may be an institution that nobody has listed, so look before patrolling it.
    """

    hot_spot_id: str
    hot_spot_name: str
    hexagon_ids: tuple[str, ...]
    area_km2: float
    crimes: int
    share_at_one_location: float


def touching(connection: psycopg.Connection, hexagon_ids: list[str]) -> dict[str, int]:
    """The number of the group of touching hexagons that each one is in."""
    return dict(connection.execute(TOUCHING, (hexagon_ids,)).fetchall())


def recorded_at(
    connection: psycopg.Connection, force: str, hexagon_ids: list[str]
) -> dict[str, list[Recorded]]:
    """Where the crimes in scope of each hexagon were recorded, institutions out."""
    recorded_by_hexagon = defaultdict(list)
    rows = connection.execute(RECORDED, (force, hexagon_ids))
    for hexagon_id, *recorded in rows:
        recorded_by_hexagon[hexagon_id].append(Recorded(*recorded))
    return recorded_by_hexagon


def merge(
    connection: psycopg.Connection, force: str, hexagons: tuple[RankedPlace, ...]
) -> tuple[HotSpot, ...]:
    """The hot spots that touching hexagons make, in the order of their hottest one."""
    ids = [place.hexagon_id for place in hexagons]
    cluster = touching(connection, ids)
    members: dict[int, list[RankedPlace]] = {}
    for place in hexagons:
        members.setdefault(cluster[place.hexagon_id], []).append(place)
    groups = list(members.values())
    return named(
        groups,
        [places[0].hexagon_id for places in groups],
        recorded_at(connection, force, ids),
    )


def named(
    groups: Sequence[Sequence[RankedPlace]],
    hot_spot_ids: Sequence[str],
    recorded: dict[str, list[Recorded]],
) -> tuple[HotSpot, ...]:
    """Groups of hexagons as hot spots with a name, in the order given.

    `recorded` says of each hexagon where its crimes were recorded.
    """
    locations = [
        [row for place in places for row in recorded.get(place.hexagon_id, [])]
        for places in groups
    ]
    names = hot_spot_names(list(zip(hot_spot_ids, locations, strict=True)))
    return tuple(
        HotSpot(
            hot_spot_id=hot_spot_id,
            hot_spot_name=name,
            hexagon_ids=tuple(place.hexagon_id for place in places),
            area_km2=sum(place.area_km2 for place in places),
            crimes=sum(place.crimes for place in places),
            share_at_one_location=share_at_one_location(rows),
        )
        for places, hot_spot_id, name, rows in zip(
            groups, hot_spot_ids, names, locations, strict=True
        )
    )
