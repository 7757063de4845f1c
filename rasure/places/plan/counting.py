"""How often a place was the scene of the crimes that rank it, beside earlier times."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

# Days back from the operational day that the data are of, which is 0.
AGED = """
    select
        crimes.crime_type,
        crimes.is_knife_enabled,
        days.counted_to - crimes.operational_date as age
    from marts.crimes
    inner join (
        select force, max(counted_to) as counted_to, min(data_from) as data_from
        from marts.place_counts
        inner join core.dim_force using (force)
        group by force
    ) as days using (force)
    where crimes.force = %(force)s
        and crimes.hexagon_id = %(hexagon_id)s
        and crimes.is_in_place_scope
        and crimes.month >= days.data_from
        and crimes.operational_date > days.counted_to - interval '6 years'
        and (
            %(window)s = 'all'
            or crimes.is_time_known and crimes.patrol_window = %(window)s
        )
"""

PERIODS = f"""
    with aged as ({AGED})
    select
        periods.period,
        count(*) filter (where age < periods.days)::integer as crimes,
        count(*) filter (
            where age >= periods.days and age < 2 * periods.days
        )::integer as before,
        count(*) filter (
            where age >= 364 and age < 364 + periods.days and periods.days < 364
        )::integer as year_before
    from (
        values ('Last 28 days', 28), ('Last 12 months', 365)
    ) as periods (period, days)
    left join aged on true
    group by periods.period, periods.days
    order by periods.days
"""

TYPES = f"""
    select crime_type as name, count(*)::integer as crimes
    from ({AGED}) as aged
    group by crime_type
    order by count(*) desc, crime_type
"""

KNIVES = f"select avg(is_knife_enabled::integer)::float from ({AGED}) as aged"

MONTHLY_TYPES = """
    select crime_type as name, sum(crimes)::integer as crimes
    from marts.place_months
    where hexagon_id = %(hexagon_id)s and is_serious_violence
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
    connection: psycopg.Connection, force: str, hexagon_id: str, window: str
) -> Counts:
    """Counts at a place of a force whose records have days, of a patrol window."""
    asked = {"force": force, "hexagon_id": hexagon_id, "window": window}
    periods = _rows(connection, Period, PERIODS, asked)
    types = _rows(connection, CrimeType, TYPES, asked)
    (knife_share,) = connection.execute(KNIVES, asked).fetchone()
    year_long = periods[-1]
    return Counts(
        crimes=sum(one.crimes for one in types),
        over="six years",
        # Of a year, as long before is the year before.
        periods=(
            *periods[:-1],
            Period(year_long.period, year_long.crimes, year_long.before, None),
        ),
        types=types,
        knife_share=knife_share,
    )


def by_months(
    connection: psycopg.Connection,
    hexagon_id: str,
    crimes: int,
    recent: int,
    previous: int | None,
) -> Counts:
    """Counts at a place of a force whose crimes are published by month."""
    return Counts(
        crimes=crimes,
        over="all months",
        periods=(Period("Last 3 months", recent, previous, None),),
        types=_rows(connection, CrimeType, MONTHLY_TYPES, {"hexagon_id": hexagon_id}),
        knife_share=None,
    )


def _rows(connection: psycopg.Connection, kind: type, query: str, asked: dict) -> tuple:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return tuple(cursor.execute(query, asked).fetchall())
