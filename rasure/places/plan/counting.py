"""How often a place was the scene of the crimes that rank it, now and in earlier times.

The counts are dbt's: `marts.place_counts` where crimes have days, `marts.hot_places`
and `marts.place_months` where they are published by month.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row, dict_row

from rasure.places.errors import NoPlaces

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
    """`crimes` over `over`, of which a share with knives (None if not told)."""

    crimes: int
    over: str
    periods: tuple[Period, ...]
    types: tuple[CrimeType, ...]
    knife_share: float | None


def by_days(
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


def by_months(
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
        periods=(Period("Last 3 months", recent, previous, None),),
        types=tuple(types),
        knife_share=None,
    )
