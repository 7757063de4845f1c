"""The tables of the designation: what it reads to merge and name, what it writes."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg

from rasure.places.naming import Recorded

if TYPE_CHECKING:
    from rasure.places.version import Designation

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
    select %s, %s, %s, %s, %s, %s, st_multi(st_union(geom))
    from geo.hexagons
    where hexagon_id = any(%s)
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


def touching(connection: psycopg.Connection, hexagon_ids: list[str]) -> dict[str, int]:
    """The number of the group of touching hexagons that each one is in."""
    return dict(connection.execute(TOUCHING, (hexagon_ids,)).fetchall())


def recorded_at(
    connection: psycopg.Connection, force: str, hexagon_ids: list[str]
) -> dict[str, list[Recorded]]:
    """Where the crimes in scope of each hexagon were recorded, institutions out."""
    found = defaultdict(list)
    rows = connection.execute(RECORDED, (force, hexagon_ids))
    for hexagon_id, *recorded in rows:
        found[hexagon_id].append(Recorded(*recorded))
    return found


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
    """Insert a version with its hot spots and hexagons."""
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
    with connection.cursor() as cursor:
        for spot in designation.hot_spots:
            ids = list(spot.hexagon_ids)
            spot_of |= dict.fromkeys(ids, spot.hot_spot_id)
            row = (spot.hot_spot_id, spot.hot_spot_name, len(ids), spot.area_km2)
            cursor.execute(HOT_SPOT, (key, *row, spot.crimes, ids))
        cursor.executemany(
            "insert into places.designated_hexagons "
            "(designation_id, hexagon_id, designation_order, hot_spot_id) "
            "values (%s, %s, %s, %s)",
            [
                (key, place.hexagon_id, order, spot_of[place.hexagon_id])
                for order, place in enumerate(designation.hexagons, start=1)
            ],
        )
