"""The events that make a place hot, as one relation for every source of crime.

Whatever ranks, evaluates or draws reads this relation and never `core.fct_crime`. What
is an event and what it weighs is computed by dbt (`dbt/macros/crimes.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import dict_row

from rasure.places.definition import Definition
from rasure.places.errors import LAND_FIRST, DefinitionRejected, NoPlaces

WINDOWS = ("all", "day", "night")

# One row an event. `patrol_window` is day or night, and empty where the hour is not
# known. With points, `geom` is one in EPSG:27700; they cost a join.
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
# What the crimes of a force tell; each is empty for a source that does not tell it.
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
    """What the events of a force tell: of their time, and which switches matter."""

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
    switches of the definition that they tell enough for."""
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
