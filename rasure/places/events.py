"""The events that make a place hot, as one relation for every source of crime.

Whatever ranks, evaluates or draws reads this relation and never `core.fct_crime`, so
that a source that knows more (a day, an hour) is used for what it knows: the columns
`event_date` and `patrol_window` of `core.fct_crime` may be absent, or empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

WINDOWS = ("all", "day", "night")

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
    """What the events of a force tell of their time."""

    is_day_dated: bool
    windows: tuple[str, ...]


def fact_columns(connection: psycopg.Connection) -> set[str]:
    """The columns that the crimes have."""
    rows = connection.execute(
        "select attname from pg_attribute"
        " where attrelid = to_regclass('core.fct_crime')"
        " and attnum > 0 and not attisdropped"
    )
    return {name for (name,) in rows}


def event_relation(connection: psycopg.Connection, positions: bool = False) -> str:
    """A query of the events in scope, one row an event, to stand in `from ( … )`.

    Columns: event_id, force, hexagon_id, month (its first day), harm_days,
    is_at_institution, patrol_window ('day', 'night' or null) and geom, a point in
    EPSG:27700 or null without `positions`, which cost a join.
    """
    columns = fact_columns(connection)
    return RELATION.format(
        window="fct_crime.patrol_window"
        if "patrol_window" in columns
        else "null::text",
        geom="dim_place.geom" if positions else "null::geometry",
        places="inner join core.dim_place on fct_crime.place_id = dim_place.place_id"
        if positions
        else "",
        scope=SCOPE,
    )


def in_window(patrol_window: str) -> str:
    """The condition on the relation `events` that keeps those of a window.

    Raises `ValueError` for a window that there is not.
    """
    if patrol_window not in WINDOWS:
        raise ValueError(f"no patrol window {patrol_window!r}: {', '.join(WINDOWS)}")
    return "true" if patrol_window == "all" else f"patrol_window = '{patrol_window}'"


def history(connection: psycopg.Connection, force: str) -> History:
    """Whether the crimes of a force have days, and the windows to rank them in."""
    columns = fact_columns(connection)

    def has(column: str) -> bool:
        if column not in columns:
            return False
        return connection.execute(
            f"select exists (select from core.fct_crime where force = %s"
            f" and {column} is not null)",
            (force,),
        ).fetchone()[0]

    return History(
        is_day_dated=has("event_date"),
        windows=WINDOWS if has("patrol_window") else WINDOWS[:1],
    )
