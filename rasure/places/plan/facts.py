"""What a plan says: its place as designated, with counts, week and ground.

Read from the published designation and the marts. The counts are dbt's:
`marts.place_counts` where crimes have days, `marts.hot_places` and `marts.place_months`
where they are published by month. The week is that of `marts.hot_times`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import class_row, dict_row

from rasure.places.definition import dbt_project_variables
from rasure.places.errors import NoPlaces
from rasure.places.plan.ground import Ground, read_ground

COUNTED = """
    select
        crimes_28_days, crimes_28_days_before, crimes_28_days_year_before,
        crimes_12_months, crimes_12_months_before, crimes_six_years,
        crimes_by_type, knife_share
    from marts.place_counts
    where hexagon_id = %s and patrol_window = %s
"""
MONTHLY_TYPES = """
    select crime_type as name, sum(crimes)::integer as crimes
    from marts.place_months
    where hexagon_id = %s and is_serious_violence
    group by crime_type
    order by sum(crimes) desc, crime_type
"""


@dataclass(frozen=True)
class Period:
    """Crimes of a period and of as long before; None where that is not known."""

    period: str
    crimes: int
    before: int | None
    year_before: int | None


@dataclass(frozen=True)
class CrimeType:
    """Crimes of a kind."""

    name: str
    crimes: int


@dataclass(frozen=True)
class Counts:
    """`crimes` over `over`, of which a share with knives (None if not known)."""

    crimes: int
    over: str
    periods: tuple[Period, ...]
    types: tuple[CrimeType, ...]
    knife_share: float | None


def trend_months() -> int:
    """How many observed months a recent count is of, in the marts."""
    return dbt_project_variables()["trend_months"]


def count_by_days(
    connection: psycopg.Connection, hexagon_id: str, patrol_window: str
) -> Counts:
    """Counts at a place of a force whose records have days, of a patrol window.

    Raises `NoPlaces` when the marts were built before the place was designated.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        counted = cursor.execute(COUNTED, (hexagon_id, patrol_window)).fetchone()
    if counted is None:
        raise NoPlaces(
            f"The marts do not count the crimes of {hexagon_id} yet: run `rasure "
            "transform`."
        )
    types = [
        CrimeType(name, crimes) for name, crimes in counted["crimes_by_type"].items()
    ]
    return Counts(
        crimes=counted["crimes_six_years"],
        over="six years",
        periods=(
            Period(
                "Last 28 days",
                counted["crimes_28_days"],
                counted["crimes_28_days_before"],
                counted["crimes_28_days_year_before"],
            ),
            # Of a year, as long before is the year before.
            Period(
                "Last 12 months",
                counted["crimes_12_months"],
                counted["crimes_12_months_before"],
                None,
            ),
        ),
        types=tuple(sorted(types, key=lambda one: (-one.crimes, one.name))),
        knife_share=counted["knife_share"],
    )


def count_by_months(
    connection: psycopg.Connection,
    hexagon_id: str,
    crimes: int,
    recent: int,
    previous: int | None,
) -> Counts:
    """Counts at a place of a force whose crimes are published by month."""
    with connection.cursor(row_factory=class_row(CrimeType)) as cursor:
        types = cursor.execute(MONTHLY_TYPES, (hexagon_id,)).fetchall()
    return Counts(
        crimes=crimes,
        over="all months",
        periods=(Period(f"Last {trend_months()} months", recent, previous, None),),
        types=tuple(types),
        knife_share=None,
    )


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES = 6  # of the strip, 0 the palest

# The place's own week, else that of its area, else that of the force.
WEEK = """
    select
        times.level,
        times.subject,
        times.known_time_events,
        times.unknown_time_events,
        array_agg(times.expected_share order by times.hour_of_week) as shares
    from marts.hot_times as times
    inner join places.shapes on shapes.hexagon_id = %(hexagon_id)s
    where times.force = %(force)s
        and (
            (times.level = 'place' and times.subject_id = shapes.hexagon_id)
            or (times.level = 'area' and times.subject_id = shapes.area_id)
            or times.level = 'force'
        )
    group by 1, 2, 3, 4
    order by array_position(array['place', 'area', 'force'], times.level)
    limit 1
"""
PEAK = "select peak_hours from marts.place_profile where hexagon_id = %(hexagon_id)s"


@dataclass(frozen=True)
class Week:
    """168 shares of the crimes of a week, Monday 00:00 first, of a place or around it.

    `level` is place, area or force: the nearest that has crimes enough.
    """

    level: str
    subject: str
    known_time_events: int
    unknown_time_events: int
    shares: tuple[float, ...]
    peak_hours: str | None

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """For each day its name and the shade, 0 to 5, of each of its 24 hours."""
        fullest = max(self.shares)
        shades = [
            min(int(SHADES * share / fullest), SHADES - 1) if fullest else 0
            for share in self.shares
        ]
        return [(day, shades[24 * at : 24 * at + 24]) for at, day in enumerate(DAYS)]


def read_week(
    connection: psycopg.Connection, force: str, hexagon_id: str
) -> Week | None:
    """The week of a place, or of what it lies in; None where no hour is known."""
    parameters = {"force": force, "hexagon_id": hexagon_id}
    nearest = connection.execute(WEEK, parameters).fetchone()
    if nearest is None:
        return None
    level, subject, known, unknown, shares = nearest
    peak = connection.execute(PEAK, parameters).fetchone()
    return Week(
        level=level,
        subject=subject,
        known_time_events=known,
        unknown_time_events=unknown,
        shares=tuple(share or 0.0 for share in shares),
        peak_hours=peak[0] if peak and level == "place" else None,
    )


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
        case when hot.months_observed >= 2 * %(trend_months)s then hot.crimes_previous
            end as crimes_previous,
        forces.is_day_dated, forces.data_as_at
    from marts.hot_places as hot
    inner join core.dim_force as forces on hot.force = forces.force
    where hot.hexagon_id = %(hexagon_id)s
"""

ZONES = """
    select zone_name, round(walk_minutes)::integer as minutes
    from places.patrol_zones
    inner join places.designated_shapes as shapes using (designation_id)
    where designation_id = %(designation_id)s
        and shapes.hexagon_id = %(hexagon_id)s
        and st_intersects(streets_geom, shapes.geom)
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
    counts: Counts
    week: Week | None
    ground: Ground


def read_plan(
    connection: psycopg.Connection, force: str, place: str, patrol_window: str = "all"
) -> PlacePlan:
    """The plan of a designated place: `place` is its rank or the id of its hexagon.

    Raises `NoPlaces` where nothing is designated, the place is not, or the marts have
    not been built since.
    """
    parameters = {"force": force, "place": place, "patrol_window": patrol_window}
    with connection.cursor(row_factory=dict_row) as cursor:
        ranked = cursor.execute(HEXAGON, parameters).fetchone()
        parameters["hexagon_id"] = ranked["hexagon_id"] if ranked else place
        designated = cursor.execute(DESIGNATED, parameters).fetchone()
        if designated is None:
            raise NoPlaces(_why_not_designated(connection, parameters))
        hot_place = cursor.execute(
            HOT_PLACE, designated | {"trend_months": trend_months()}
        ).fetchone()
        zones = cursor.execute(ZONES, designated).fetchall()
    hexagon_id = designated["hexagon_id"]
    if hot_place is None:
        raise NoPlaces(
            f"The marts know nothing of {hexagon_id}: run `rasure transform`. A cell "
            "has no plan if all its crimes lie in places that were placed freely: "
            "print the plans of these."
        )
    is_day_dated = hot_place.pop("is_day_dated")
    months = (
        hot_place.pop("crimes"),
        hot_place.pop("crimes_recent"),
        hot_place.pop("crimes_previous"),
    )
    if is_day_dated:
        counts = count_by_days(connection, hexagon_id, patrol_window)
        week = read_week(connection, force, hexagon_id)
    else:
        counts = count_by_months(connection, hexagon_id, *months)
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


def _why_not_designated(connection: psycopg.Connection, parameters: dict) -> str:
    force, window, place = (
        parameters["force"],
        parameters["patrol_window"],
        parameters["place"],
    )
    (is_designated,) = connection.execute(IS_DESIGNATED, parameters).fetchone()
    if not is_designated:
        return (
            f"No designation of {force!r} ({window}) is in force. Publish one with "
            f"`rasure places designate {force}`."
        )
    return (
        f"{place!r} is no designated place of {force} ({window}). Give the number that "
        "the pages show of a designated place, or the id of its hexagon."
    )
