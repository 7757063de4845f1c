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

PLACE = """
    select
        designations.designation_id,
        designations.definition_version,
        designations.valid_from,
        designations.valid_to,
        designations.hexagons as ranked,
        hexagons.hexagon_id,
        hexagons.rank,
        hot_spots.hot_spot_id,
        hot_spots.hot_spot_name,
        hot_spots.hexagons as spot_hexagons
    from places.designations
    inner join places.designated_hexagons as hexagons using (designation_id)
    inner join places.hot_spots using (designation_id, hot_spot_id)
    where designations.force = %(force)s
        and designations.patrol_window = %(patrol_window)s
        and designations.valid_to is null
        and (hexagons.hexagon_id = %(place)s or hexagons.rank::text = %(place)s)
"""

RANKED = """
    select hexagons from places.designations
    where force = %(force)s and patrol_window = %(patrol_window)s and valid_to is null
"""

TOLD = """
    select
        hot.force_name, hot.area, hot.place_name, hot.main_reason,
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

    `rank` is its place among the `ranked` of the designation of `patrol_window`.
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
    """The plan of the place of that rank, or that hexagon, in the designation in force.

    Raises `NoPlaces` where nothing is designated, the place is not, or the marts have
    not been built since.
    """
    asked = {"force": force, "place": place, "patrol_window": patrol_window}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(PLACE, asked).fetchone()
        if found is None:
            raise NoPlaces(_not_designated(connection, asked))
        told = cursor.execute(TOLD, found).fetchone()
        zones = cursor.execute(ZONES, found).fetchall()
    if told is None:
        raise NoPlaces(
            f"The marts know nothing of {found['hexagon_id']}: run `rasure transform`."
        )
    is_day_dated = told.pop("is_day_dated")
    months = (
        told.pop("crimes"),
        told.pop("crimes_recent"),
        told.pop("crimes_previous"),
    )
    where = (force, found["hexagon_id"], patrol_window)
    return PlacePlan(
        force=force,
        patrol_window=patrol_window,
        zones=tuple((zone["zone_name"], zone["minutes"]) for zone in zones),
        counts=(
            counting.by_days(connection, *where)
            if is_day_dated
            else counting.by_months(connection, found["hexagon_id"], *months)
        ),
        week=read_week(connection, force, found["hexagon_id"])
        if is_day_dated
        else None,
        ground=read_ground(
            connection,
            found["designation_id"],
            found.pop("hot_spot_id"),
            found["hexagon_id"],
        ),
        **found,
        **told,
    )


def _not_designated(connection: psycopg.Connection, asked: dict) -> str:
    open_version = connection.execute(RANKED, asked).fetchone()
    force, window = asked["force"], asked["patrol_window"]
    if open_version is None:
        return (
            f"No designation of {force!r} ({window}) is in force. Publish one with "
            f"`rasure places designate {force}`."
        )
    return (
        f"{asked['place']!r} is no designated place of {force} ({window}): give a rank "
        f"from 1 to {open_version[0]}, or the id of one of its hexagons."
    )
