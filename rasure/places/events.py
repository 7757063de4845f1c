"""The events that make a place hot, as one relation for every source of crime.

Evaluation and the choice of a method read this relation. dbt
computes what is an event and what it weighs (`dbt/macros/place_score.sql`). Evaluation
reads events as arrays of where, when and how heavy: never a crime's id or text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import psycopg
from psycopg.rows import dict_row

from rasure.places.definition import Definition, crime_type_groups
from rasure.places.errors import LAND_FIRST, DefinitionRejected, NoPlaces
from rasure.places.windows import Window, listed, month_number

WINDOWS = ("all", "day", "night")

# One row an event. `patrol_window` is day or night, and empty where the hour is not
# known. With points, `geom` is one in the grid of the warehouse; they cost a join.
EVENTS = """
    select
        crime_key as event_id,
        force,
        hexagon_id,
        place_id,
        month,
        score_weight,
        is_at_institution,
        case when is_time_known then patrol_window end as patrol_window
    from core.fct_crime
    where is_place_event
"""
EVENTS_WITH_POINTS = f"""
    select events.*, places.geom
    from ({EVENTS}) as events
    inner join core.dim_place as places on events.place_id = places.place_id
"""
# The crimes of some types, in the scope or not. They weigh alike, so that what is
# scored in counts is chosen by counts: the weight of each is that of its month.
TYPED_EVENTS_WITH_POINTS = """
    select
        crimes.crime_key as event_id,
        crimes.force,
        crimes.hexagon_id,
        crimes.month,
        months.growth as score_weight,
        crimes.is_at_institution,
        case when crimes.is_time_known then crimes.patrol_window end as patrol_window,
        places.geom
    from core.fct_crime as crimes
    inner join core.score_months as months on crimes.month = months.month
    inner join core.dim_place as places on crimes.place_id = places.place_id
    where crimes.is_patrol_relevant
        and crimes.crime_type = any(%(crime_types)s)
"""
CRIME_TYPES = """
    select distinct crime_type
    from core.fct_crime
    where force = %s and is_patrol_relevant and crime_type is not null
    order by 1
"""
# What is known of the crimes of a force; a source that does not say leaves it empty.
HISTORY = """
    select
        exists (
            select from core.fct_crime
            where force = %(force)s and operational_date is not null
        ) as has_days,
        exists (
            select from core.fct_crime
            where force = %(force)s and patrol_window is not null
        ) as has_windows,
        exists (
            select from core.fct_crime
            where force = %(force)s and is_public_place is not null
        ) as public_places_only,
        exists (
            select from core.fct_crime
            where force = %(force)s and is_domestic_abuse is not null
        ) as without_domestic_abuse
"""
SWITCHES = ("public_places_only", "without_domestic_abuse")


@dataclass(frozen=True)
class History:
    """What is known of the events of a force: their time, and which switches matter."""

    is_day_dated: bool
    windows: tuple[str, ...]
    switches: tuple[str, ...]


def in_window(patrol_window: str) -> str:
    """The condition on the relation `events` that keeps those of a window.

    Raises `ValueError` for a window that there is not.
    """
    if patrol_window not in WINDOWS:
        raise ValueError(f"no patrol window {patrol_window!r}: {', '.join(WINDOWS)}")
    return "true" if patrol_window == "all" else f"patrol_window = '{patrol_window}'"


def history(connection: psycopg.Connection, force: str) -> History:
    """Whether the crimes of a force have days, the windows to rank them in, and the
    switches of the definition that they know enough for."""
    with connection.cursor(row_factory=dict_row) as cursor:
        known = cursor.execute(HISTORY, {"force": force}).fetchone()
    return History(
        is_day_dated=known["has_days"],
        windows=WINDOWS if known["has_windows"] else WINDOWS[:1],
        switches=tuple(switch for switch in SWITCHES if known[switch]),
    )


def check_transformed(connection: psycopg.Connection) -> None:
    """Raise `NoPlaces` unless dbt has built the crimes."""
    (table,) = connection.execute("select to_regclass('core.place_figures')").fetchone()
    if table is None:
        raise NoPlaces("The warehouse has no modelled crimes yet. " + LAND_FIRST)


def forces_with_crimes(connection: psycopg.Connection) -> list[str]:
    """The forces that can be ranked; `NoPlaces` before the first transform."""
    check_transformed(connection)
    rows = connection.execute(
        "select force from geo.forces as forces where exists ("
        "  select from core.fct_crime where fct_crime.force = forces.force"
        ") order by force"
    )
    return [force for (force,) in rows]


def force_area_km2(connection: psycopg.Connection, force: str) -> float | None:
    """The area of a force, None when its geography is not built."""
    row = connection.execute(
        "select area_km2 from geo.forces where force = %s", (force,)
    ).fetchone()
    return row and row[0]


def check_figures(connection: psycopg.Connection, definition: Definition) -> None:
    """Raise `DefinitionRejected` when dbt computed with figures of another definition.

    Scores of one half-life are never designated under the name of another.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        built = cursor.execute("select * from core.place_figures").fetchone()
    for name, value in built.items():
        if value != getattr(definition, name):
            raise DefinitionRejected(
                f"{name} is {getattr(definition, name)}, but the warehouse was built "
                f"with {value}. Run `rasure transform`."
            )


def score_growth(connection: psycopg.Connection, month_start: date) -> float:
    """What sums of weights are divided by to be scores as at a month.

    Takes the first day of the month. The macro `score_growth` of dbt says why.
    """
    (growth,) = connection.execute(
        "select growth from core.score_months where month = %s", (month_start,)
    ).fetchone()
    return growth


@dataclass(frozen=True)
class Grid:
    """The hexagons of a force, one value a cell, in the order of their ids."""

    force: str
    force_area_km2: float
    hexagon_id: np.ndarray
    area_km2: np.ndarray
    x: np.ndarray
    y: np.ndarray
    observed: np.ndarray  # month numbers that have a crime of any type, ascending
    is_day_dated: bool = False


@dataclass(frozen=True)
class Events:
    """Crimes in scope, one value an event: cell index, month number, weight, metres.

    `score_weight` is what the event adds to a score, relative to a fixed month.
    """

    cell: np.ndarray
    month: np.ndarray
    score_weight: np.ndarray
    x: np.ndarray
    y: np.ndarray
    is_at_institution: np.ndarray

    def where(self, keep: np.ndarray) -> Events:
        """The events for which `keep` is true."""
        return Events(**{name: values[keep] for name, values in vars(self).items()})


HEXAGONS = """
    select hexagon_id, area_km2, st_x(centroid), st_y(centroid)
    from geo.hexagons
    where force = %s
    order by hexagon_id collate "C"
"""

EVENT_ARRAYS = """
    select hexagon_id, month, score_weight, st_x(geom), st_y(geom), is_at_institution
    from ({events}) as events
    where events.force = %(force)s
        and {in_window}
    order by event_id
"""


def the_force(
    connection: psycopg.Connection, asked: str | None, train: Window, test: Window
) -> str:
    """The force to evaluate: the one asked for, or the only one with data for it.

    That is the only force there is or, of several, the only one that has observed
    months in both periods. Raises `NoPlaces`, with what there is, when none or several
    have.
    """
    forces = forces_with_crimes(connection)
    if not forces:
        raise NoPlaces(
            "There is nothing to evaluate: the warehouse has no force with crimes. "
            + LAND_FIRST
        )
    if asked is not None and asked not in forces:
        raise NoPlaces(
            f"There are no crimes of {asked!r}: the warehouse has {', '.join(forces)}."
        )
    if asked or len(forces) == 1:
        return asked or forces[0]
    observed = {force: observed_months(connection, force) for force in forces}
    able = [
        force
        for force, months in observed.items()
        if train.holds(months).any() and test.holds(months).any()
    ]
    if len(able) > 1:
        raise NoPlaces(
            f"Say which force with --force: {', '.join(able)} have data in both "
            "periods."
        )
    if not able:
        has = "; ".join(f"{force} {listed(observed[force])}" for force in forces)
        raise NoPlaces(
            f"No force has data both in the training period {train} and in the test "
            f"period {test}. The warehouse has {has}."
        )
    return able[0]


def observed_months(connection: psycopg.Connection, force: str) -> np.ndarray:
    """The month numbers that have a crime of any type, ascending."""
    rows = connection.execute(
        "select distinct month from core.fct_crime where force = %s", (force,)
    )
    return np.array(sorted(month_number(month) for (month,) in rows), dtype=int)


def read_grid(connection: psycopg.Connection, force: str) -> Grid:
    """The hexagons of `force` and its observed months; `NoPlaces` if there are none."""
    area_km2 = force_area_km2(connection, force)
    rows = connection.execute(HEXAGONS, (force,)).fetchall()
    if area_km2 is None or not rows:
        raise NoPlaces(
            f"The warehouse has no hexagons for {force!r}. Build them with "
            f"`rasure geography build {force}`."
        )
    hexagon_id, cell_km2, x, y = zip(*rows, strict=True)
    return Grid(
        force=force,
        force_area_km2=area_km2,
        hexagon_id=np.array(hexagon_id),
        area_km2=np.array(cell_km2, dtype=float),
        x=np.array(x, dtype=float),
        y=np.array(y, dtype=float),
        observed=observed_months(connection, force),
        is_day_dated=history(connection, force).is_day_dated,
    )


def crime_types_named(
    connection: psycopg.Connection, force: str, words: str
) -> list[str]:
    """The crime types of a force that words name, parted by commas.

    A word is `all`, a group of `crime_type_groups` in `definition.toml` or the name of
    a crime type; capitals do not matter. Raises `DefinitionRejected`, with the types
    that there are, for a word that names none.
    """
    known = [name for (name,) in connection.execute(CRIME_TYPES, (force,))]
    named: set[str] = set()
    for word in (word.strip().casefold() for word in words.split(",")):
        parts = crime_type_groups().get(word)
        types = [
            name
            for name in known
            if word in ("all", name.casefold())
            or (parts and any(part in name.casefold() for part in parts))
        ]
        if not types:
            raise DefinitionRejected(
                f"{force} has no crime type {word!r}. Name some of: all, "
                f"{', '.join([*crime_type_groups(), *known])}."
            )
        named.update(types)
    return sorted(named)


def read_events(
    connection: psycopg.Connection,
    grid: Grid,
    patrol_window: str = "all",
    definition: Definition | None = None,
    crime_types: list[str] | None = None,
) -> Events:
    """The crimes in scope of the grid's force, or those of `crime_types`.

    Crimes of types that are asked for weigh alike. Raises `NoPlaces` if there are none,
    `DefinitionRejected` when dbt computed with other figures than those of `definition`
    (default: the home's).
    """
    check_figures(connection, definition or Definition.load())
    query = EVENT_ARRAYS.format(
        events=TYPED_EVENTS_WITH_POINTS if crime_types else EVENTS_WITH_POINTS,
        in_window=in_window(patrol_window),
    )
    rows = connection.execute(
        query, {"force": grid.force, "crime_types": crime_types}
    ).fetchall()
    index = {name: position for position, name in enumerate(grid.hexagon_id.tolist())}
    known = [row for row in rows if row[0] in index]
    if not known:
        what = ", ".join(crime_types) if crime_types else "serious violence"
        raise NoPlaces(
            f"The warehouse has no {what} in a hexagon of {grid.force!r}. " + LAND_FIRST
        )
    hexagon_id, month, score_weight, x, y, is_at_institution = zip(*known, strict=True)
    return Events(
        cell=np.array([index[name] for name in hexagon_id]),
        month=np.array([month_number(day) for day in month], dtype=int),
        score_weight=np.array(score_weight, dtype=float),
        x=np.array(x, dtype=float),
        y=np.array(y, dtype=float),
        is_at_institution=np.array(is_at_institution, dtype=bool),
    )
