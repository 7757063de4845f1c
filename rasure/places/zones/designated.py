"""The zones of the designation in force: drawn, kept, redrawn when they change."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass

import psycopg
import shapely

from rasure.places.definition import Definition, ZoneDefinition
from rasure.places.errors import NoPlaces
from rasure.places.events import read_events, read_grid, score_growth
from rasure.places.versions import take_turn
from rasure.places.windows import month_number, month_start
from rasure.places.zones.drawing import PatrolZone, draw_zones, ground_of
from rasure.places.zones.streets import read_streets, streets_id

# The figures of the definition of places that shape a zone.
WEIGHED_WITH = ("half_life_months", "harm_power")

OPEN = """
    select designation_id, data_to
    from places.designations
    where force = %s and patrol_window = %s and valid_to is null
"""

SPOTS = """
    select
        hot_spots.hot_spot_id,
        hot_spots.hot_spot_name,
        hot_spots.area_km2,
        st_asbinary(hot_spots.geom)
    from places.hot_spots
    inner join places.designated_hexagons as hexagons
        using (designation_id, hot_spot_id)
    where designation_id = %s
    group by 1, 2, 3, 4
    order by min(hexagons.designation_order)
"""


@dataclass(frozen=True)
class ZoneSet:
    """The zones of a designation, drawn from `events_total` events."""

    designation_id: str
    force: str
    patrol_window: str
    streets_id: str
    zones: tuple[PatrolZone, ...]
    events_total: int
    area_km2: float
    parameters: dict[str, float]
    is_new: bool = False

    @property
    def content_id(self) -> str:
        """A digest of the zones and of the figures that they were drawn with."""
        content = [
            self.streets_id,
            self.parameters,
            self.events_total,
            [
                [zone.zone_id, zone.zone_name, zone.events, round(zone.score, 6)]
                + [link.link_id for link in zone.links]
                for zone in self.zones
            ],
        ]
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def has_streets(connection: psycopg.Connection, force: str) -> bool:
    """Whether zones can be drawn for a force."""
    return streets_id(connection, force) is not None


def draw(
    connection: psycopg.Connection,
    force: str,
    patrol_window: str = "all",
    definition: ZoneDefinition | None = None,
    keep: bool = True,
) -> ZoneSet:
    """Draw the zones of the open designation of `force` and, if `keep`, store them.

    The crimes are those of the designation: its window, to its last day, institutions
    out. One transaction; the same zones again change nothing. Raises `NoPlaces` when
    nothing is designated and `NoStreets` when no network is loaded.
    """
    definition = definition or ZoneDefinition.load()
    with connection.transaction():
        take_turn(connection, force)
        version = connection.execute(OPEN, (force, patrol_window)).fetchone()
        if version is None:
            raise NoPlaces(
                f"No designation of {force!r} ({patrol_window}) is in force. Publish "
                f"one with `rasure places designate {force}`."
            )
        designation_id, data_to = version
        rows = connection.execute(SPOTS, (designation_id,)).fetchall()
        streets = read_streets(
            connection,
            force,
            {spot_id: ground for spot_id, _, _, ground in rows},
            definition.margin_metres,
        )
        last_month = month_number(data_to)
        grid = read_grid(connection, force)
        places = Definition.load()
        events = read_events(connection, grid, patrol_window, places)
        events = events.where(~events.is_at_institution & (events.month <= last_month))
        growth = score_growth(connection, month_start(last_month))
        zones = draw_zones(
            streets,
            events,
            events.score_weight / growth,
            {spot_id: name for spot_id, name, _, _ in rows},
            {spot_id: km2 for spot_id, _, km2, _ in rows},
            definition,
        )
        zone_set = ZoneSet(
            designation_id=designation_id,
            force=force,
            patrol_window=patrol_window,
            streets_id=streets_id(connection, force),
            zones=tuple(zones),
            events_total=len(events.month),
            area_km2=ground_of(zones).area / 1e6,
            parameters=dataclasses.asdict(definition)
            | {name: getattr(places, name) for name in WEIGHED_WITH},
        )
        if keep:
            zone_set = dataclasses.replace(
                zone_set, is_new=store_zones(connection, zone_set)
            )
    return zone_set


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
        st_multi(st_geomfromwkb(%s, find_srid('geo', 'forces', 'geom'))),
        st_multi(st_geomfromwkb(%s, find_srid('geo', 'forces', 'geom')))
    )
"""

LINK = """
    insert into places.zone_links (
        designation_id, link_id, zone_id, position, name, road_number, length_m, events,
        score, geom
    )
    values (
        %s, %s, %s, %s, %s, %s, %s, %s, %s,
        st_geomfromwkb(%s, find_srid('geo', 'forces', 'geom'))
    )
"""


def store_zones(connection: psycopg.Connection, zone_set: ZoneSet) -> bool:
    """Replace the zones of a designation; False, and no change, if they are these."""
    key = zone_set.designation_id
    known = connection.execute(
        "select content_id from places.zone_sets where designation_id = %s", (key,)
    ).fetchone()
    if known == (zone_set.content_id,):
        return False
    connection.execute("delete from places.zone_sets where designation_id = %s", (key,))
    connection.execute(
        SET,
        (
            key,
            zone_set.content_id,
            zone_set.streets_id,
            len(zone_set.zones),
            zone_set.area_km2,
            sum(zone.events for zone in zone_set.zones),
            zone_set.events_total,
            json.dumps(zone_set.parameters),
        ),
    )
    with connection.cursor() as cursor:
        cursor.executemany(ZONE, zone_rows(zone_set))
        cursor.executemany(LINK, link_rows(zone_set))
    return True


def zone_rows(zone_set: ZoneSet) -> list[tuple]:
    """The rows of places.patrol_zones, in the order of the columns of `ZONE`."""
    return [
        (
            zone_set.designation_id,
            zone.zone_id,
            zone.zone_name,
            zone.hot_spot_id,
            rank,
            zone.length_m,
            zone.walk_minutes,
            len(zone.links),
            zone.events,
            zone.score,
            zone.area_km2,
            shapely.to_wkb(zone.ground),
            shapely.to_wkb(shapely.MultiLineString([link.line for link in zone.links])),
        )
        for rank, zone in enumerate(zone_set.zones, start=1)
    ]


def link_rows(zone_set: ZoneSet) -> list[tuple]:
    """The rows of places.zone_links, in the order of the columns of `LINK`."""
    return [
        (
            zone_set.designation_id,
            link.link_id,
            zone.zone_id,
            position,
            link.name,
            link.road_number,
            link.length_m,
            link.events,
            link.score,
            shapely.to_wkb(link.line),
        )
        for zone in zone_set.zones
        for position, link in enumerate(zone.links, start=1)
    ]
