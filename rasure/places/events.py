"""The events that make a place hot, as one relation for every source of crime.

Whatever ranks, evaluates or draws reads this relation and never `core.fct_crime`. A
source that knows more is used for what it knows: the columns `OPTIONAL` of
`core.fct_crime` may be absent, or empty in the rows of a source that does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from rasure.places.definition import Definition

WINDOWS = ("all", "day", "night")

# What the crimes of a records-management system tell beyond those that are published.
OPTIONAL = (
    "operational_date",
    "patrol_window",
    "is_time_known",
    "is_public_place",
    "is_domestic_abuse",
    "geom",
)

SWITCHED_BY = {
    "public_places_only": "is_public_place",
    "without_domestic_abuse": "is_domestic_abuse",
}

# The crimes that make a place hot, wherever they were recorded.
SCOPE = """fct_crime.is_serious_violence
        and not fct_crime.is_police_generated
        and fct_crime.is_located
        and fct_crime.hexagon_id is not null"""

RELATION = """
    select
        fct_crime.crime_key as event_id,
        fct_crime.force,
        fct_crime.hexagon_id,
        fct_crime.month,
        coalesce(fct_crime.harm_days, 0)::double precision as harm_days,
        fct_crime.is_at_institution,
        {window} as patrol_window,
        {geom} as geom
    from core.fct_crime
    {places}
    where {scope}
"""


@dataclass(frozen=True)
class History:
    """What the events of a force tell: of their time, and which switches matter."""

    is_day_dated: bool
    windows: tuple[str, ...]
    switches: tuple[str, ...]


def told_columns(connection: psycopg.Connection) -> set[str]:
    """Which of the optional columns the crimes have."""
    rows = connection.execute(
        "select attname from pg_attribute"
        " where attrelid = to_regclass('core.fct_crime')"
        " and attname = any(%s) and not attisdropped",
        (list(OPTIONAL),),
    )
    return {name for (name,) in rows}


def scope(connection: psycopg.Connection, definition: Definition | None = None) -> str:
    """The condition on `fct_crime` that makes it an event.

    Crimes in private and domestic abuse are left out as the definition says, since no
    patrol of the street meets them; what is not told of them leaves none out.
    """
    definition = definition or Definition.load()
    columns = told_columns(connection)
    conditions = [SCOPE]
    if definition.public_places_only and "is_public_place" in columns:
        # An institution is no public place: its crimes stay, to tell its cell.
        conditions.append(
            "(fct_crime.is_at_institution or coalesce(fct_crime.is_public_place, true))"
        )
    if definition.without_domestic_abuse and "is_domestic_abuse" in columns:
        conditions.append("not coalesce(fct_crime.is_domestic_abuse, false)")
    return "\n        and ".join(conditions)


def event_relation(
    connection: psycopg.Connection,
    definition: Definition | None = None,
    positions: bool = False,
) -> str:
    """A query of the events in scope, one row an event, to stand in `from ( … )`.

    Columns: event_id, force, hexagon_id, month (its first day), harm_days,
    is_at_institution, patrol_window ('day', 'night', or null where the hour is not
    known) and geom, a point in EPSG:27700; null without `positions`, which cost a join.
    """
    columns = told_columns(connection)
    window = "null::text"
    if "patrol_window" in columns:
        window = "fct_crime.patrol_window"
        if "is_time_known" in columns:
            window = f"case when fct_crime.is_time_known then {window} end"
    geom, places = "null::geometry", ""
    if positions:
        has_own = "geom" in columns
        geom = "dim_place.geom"
        if has_own:
            geom = "coalesce(fct_crime.geom, dim_place.geom)"
        places = (
            f"{'left' if has_own else 'inner'} join core.dim_place"
            " on fct_crime.place_id = dim_place.place_id"
        )
    return RELATION.format(
        window=window, geom=geom, places=places, scope=scope(connection, definition)
    )


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
    columns = told_columns(connection)

    def has(column: str) -> bool:
        if column not in columns:
            return False
        return connection.execute(
            f"select exists (select from core.fct_crime where force = %s"
            f" and {column} is not null)",
            (force,),
        ).fetchone()[0]

    return History(
        is_day_dated=has("operational_date"),
        windows=WINDOWS if has("patrol_window") else WINDOWS[:1],
        switches=tuple(switch for switch, column in SWITCHED_BY.items() if has(column)),
    )
