"""What a plan says, read from the published designation and the marts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import dict_row

from rasure.places.errors import NoPlaces
from rasure.places.plan import counting
from rasure.places.plan.ground import Ground, read_ground
from rasure.places.plan.week import Week, read_week

# A number is a rank of `marts.hot_places`, the one that the pages show.
HEXAGON = """
    select hexagon_id from marts.hot_places
    where force = %(force)s and rank::text = %(place)s
"""

DESIGNATED = """
    select
        designations.designation_id,
        designations.definition_version,
        designations.valid_from,
        designations.valid_to,
        hexagons.hexagon_id,
        hot_spots.hot_spot_id,
        hot_spots.hot_spot_name,
        hot_spots.hexagons as spot_hexagons
    from places.designations
    inner join places.designated_hexagons as hexagons using (designation_id)
    inner join places.hot_spots using (designation_id, hot_spot_id)
    where designations.force = %(force)s
        and designations.patrol_window = %(patrol_window)s
        and designations.valid_to is null
        and hexagons.hexagon_id = %(hexagon_id)s
"""

IS_DESIGNATED = """
    select exists (
        select from places.designations
        where force = %(force)s and patrol_window = %(patrol_window)s
            and valid_to is null
    )
"""

HOT_PLACE = """
    select
        hot.force_name, hot.area, hot.place_name, hot.rank, hot.main_reason,
        (select count(*) from marts.hot_places where force = hot.force) as ranked,
        hot.crimes, hot.crimes_recent,
        case when hot.months_observed >= 6 then hot.crimes_previous end
            as crimes_previous,
        forces.is_day_dated, forces.data_as_at
    from marts.hot_places as hot
    inner join core.dim_force as forces on hot.force = forces.force
    where hot.hexagon_id = %(hexagon_id)s
"""

ZONES = """
    select zone_name, round(walk_minutes)::integer as minutes
    from places.patrol_zones
    inner join geo.hexagons on hexagon_id = %(hexagon_id)s
    where designation_id = %(designation_id)s
        and st_intersects(streets_geom, hexagons.geom)
    order by rank
    limit 4
"""


@dataclass(frozen=True)
class PlacePlan:
    """One designated place as a patrol needs it; `week` is None where no hour is known.

    `rank` is its place among the `ranked` of the force, as every page has it.
    """

    force: str
    force_name: str
    patrol_window: str
    hexagon_id: str
    rank: int
    ranked: int
    place_name: str
    area: str | None
    hot_spot_name: str
    spot_hexagons: int
    designation_id: str
    definition_version: str
    valid_from: date
    valid_to: date | None
    data_as_at: datetime
    main_reason: str
    zones: tuple[tuple[str, int], ...]
    counts: counting.Counts
    week: Week | None
    ground: Ground


def read_plan(
    connection: psycopg.Connection, force: str, place: str, patrol_window: str = "all"
) -> PlacePlan:
    """The plan of a designated place: `place` is its rank or the id of its hexagon.

    Raises `NoPlaces` where nothing is designated, the place is not, or the marts have
    not been built since.
    """
    asked = {"force": force, "place": place, "patrol_window": patrol_window}
    with connection.cursor(row_factory=dict_row) as cursor:
        ranked = cursor.execute(HEXAGON, asked).fetchone()
        asked["hexagon_id"] = ranked["hexagon_id"] if ranked else place
        designated = cursor.execute(DESIGNATED, asked).fetchone()
        if designated is None:
            raise NoPlaces(_why_not_designated(connection, asked))
        hot_place = cursor.execute(HOT_PLACE, designated).fetchone()
        zones = cursor.execute(ZONES, designated).fetchall()
    hexagon_id = designated["hexagon_id"]
    if hot_place is None:
        raise NoPlaces(
            f"The marts know nothing of {hexagon_id}: run `rasure transform`."
        )
    is_day_dated = hot_place.pop("is_day_dated")
    months = (
        hot_place.pop("crimes"),
        hot_place.pop("crimes_recent"),
        hot_place.pop("crimes_previous"),
    )
    if is_day_dated:
        counts = counting.by_days(connection, hexagon_id, patrol_window)
        week = read_week(connection, force, hexagon_id)
    else:
        counts = counting.by_months(connection, hexagon_id, *months)
        week = None
    ground = read_ground(
        connection,
        designated["designation_id"],
        designated.pop("hot_spot_id"),
        hexagon_id,
    )
    return PlacePlan(
        force=force,
        patrol_window=patrol_window,
        zones=tuple((zone["zone_name"], zone["minutes"]) for zone in zones),
        counts=counts,
        week=week,
        ground=ground,
        **designated,
        **hot_place,
    )


def _why_not_designated(connection: psycopg.Connection, asked: dict) -> str:
    force, window, place = asked["force"], asked["patrol_window"], asked["place"]
    (is_designated,) = connection.execute(IS_DESIGNATED, asked).fetchone()
    if not is_designated:
        return (
            f"No designation of {force!r} ({window}) is in force. Publish one with "
            f"`rasure places designate {force}`."
        )
    return (
        f"{place!r} is no designated place of {force} ({window}). Give the number that "
        "the pages show of a designated place, or the id of its hexagon."
    )
