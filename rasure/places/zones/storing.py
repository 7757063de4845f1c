"""The tables of patrol zones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import shapely

if TYPE_CHECKING:
    from rasure.places.zones.designated import ZoneSet

SET = """
    insert into places.zone_sets (
        designation_id, content_id, streets_id, zones, area_km2, events,
        events_total, parameters
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s)
"""

ZONE = """
    insert into places.patrol_zones (
        designation_id, zone_id, zone_name, hot_spot_id, rank, length_m, walk_minutes,
        links, events, score, area_km2, geom, streets_geom
    )
    values (
        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
        st_multi(st_geomfromwkb(%s, 27700)), st_multi(st_geomfromwkb(%s, 27700))
    )
"""

LINK = """
    insert into places.zone_links (
        designation_id, link_id, zone_id, position, name, road_number, length_m, events,
        score, geom
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, st_geomfromwkb(%s, 27700))
"""


def keep(connection: psycopg.Connection, found: ZoneSet) -> bool:
    """Replace the zones of a designation; False, and no change, if they are these."""
    key = found.designation_id
    known = connection.execute(
        "select content_id from places.zone_sets where designation_id = %s", (key,)
    ).fetchone()
    if known == (found.content_id,):
        return False
    connection.execute("delete from places.zone_sets where designation_id = %s", (key,))
    connection.execute(
        SET,
        (
            *(key, found.content_id, found.streets_id, len(found.zones)),
            *(found.area_km2, sum(zone.events for zone in found.zones)),
            *(found.events_total, json.dumps(found.parameters)),
        ),
    )
    with connection.cursor() as cursor:
        cursor.executemany(ZONE, zone_rows(found))
        cursor.executemany(LINK, link_rows(found))
    return True


def zone_rows(found: ZoneSet) -> list[tuple]:
    """The rows of places.patrol_zones."""
    return [
        (
            *(found.designation_id, zone.zone_id, zone.zone_name, zone.hot_spot_id),
            *(rank, zone.length_m, zone.walk_minutes, len(zone.links), zone.events),
            *(zone.score, zone.area_km2, shapely.to_wkb(zone.ground)),
            shapely.to_wkb(shapely.MultiLineString([one.line for one in zone.links])),
        )
        for rank, zone in enumerate(found.zones, start=1)
    ]


def link_rows(found: ZoneSet) -> list[tuple]:
    """The rows of places.zone_links."""
    return [
        (
            *(found.designation_id, link.link_id, zone.zone_id, position, link.name),
            *(link.road_number, link.length_m, link.events, link.score),
            shapely.to_wkb(link.line),
        )
        for zone in found.zones
        for position, link in enumerate(zone.links, start=1)
    ]
