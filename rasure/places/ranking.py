"""Ranking the places of a force, in one query on what dbt built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources

import psycopg

from rasure.places.definition import Definition
from rasure.places.errors import LAND_FIRST, NoPlaces

# The crimes that make a place hot, wherever they were recorded.
SCOPE = """fct_crime.is_serious_violence
        and not fct_crime.is_police_generated
        and fct_crime.is_located
        and fct_crime.hexagon_id is not null"""

QUERY = resources.files("rasure.places").joinpath("rank.sql").read_text()


@dataclass(frozen=True)
class RankedPlace:
    """A hexagon and what put it where it stands; counts leave institutions out."""

    hexagon_id: str
    area_km2: float
    score: float
    crimes: int
    months_with_crime: int
    is_persistent: bool


@dataclass(frozen=True)
class Ranking:
    """The places of a force, hottest first, and the data they were ranked on.

    `crimes_total` are the crimes in scope that lie in a hexagon, institutions out.
    """

    force: str
    force_area_km2: float
    months_observed: int
    data_from: date
    data_to: date
    crimes_total: int
    places: list[RankedPlace]

    def fill(self, coverage_percent: float) -> list[RankedPlace]:
        """The first places whose area together reaches that share of the force area."""
        target_km2 = self.force_area_km2 * coverage_percent / 100.0
        chosen, filled_km2 = [], 0.0
        for place in self.places:
            if chosen and filled_km2 >= target_km2 - 1e-9:
                break
            chosen.append(place)
            filled_km2 += place.area_km2
        return chosen


def forces_with_crimes(connection: psycopg.Connection) -> list[str]:
    """The forces that can be ranked; `NoPlaces` before the first transform."""
    check_transformed(connection)
    rows = connection.execute(
        "select force from geo.forces as forces where exists ("
        "  select from core.fct_crime where fct_crime.force = forces.force"
        ") order by force"
    )
    return [force for (force,) in rows]


def check_transformed(connection: psycopg.Connection) -> None:
    """Raise `NoPlaces` unless dbt has built the crimes."""
    (table,) = connection.execute("select to_regclass('core.fct_crime')").fetchone()
    if table is None:
        raise NoPlaces("The warehouse has no modelled crimes yet. " + LAND_FIRST)


def force_area_km2(connection: psycopg.Connection, force: str) -> float | None:
    """The area of a force, None when its geography is not built."""
    row = connection.execute(
        "select area_km2 from geo.forces where force = %s", (force,)
    ).fetchone()
    return row and row[0]


def rank_places(
    connection: psycopg.Connection, force: str, definition: Definition | None = None
) -> Ranking:
    """Rank the hexagons of `force` that have a crime in scope, hottest first.

    Persistent places come first, then by decayed sqrt(harm) per km2. Institution cells
    are left out. Raises `NoPlaces` when the force has no such crime or no geography.
    """
    check_transformed(connection)
    definition = definition or Definition.load()
    area_km2 = force_area_km2(connection, force)
    parameters = {"force": force, **definition.designation_parameters()}
    rows = connection.execute(QUERY.format(scope=SCOPE), parameters).fetchall()
    if area_km2 is None or not rows:
        raise NoPlaces(
            f"There is no serious violence to rank for {force!r}; the warehouse has "
            f"{', '.join(forces_with_crimes(connection)) or 'no force'}. Land its "
            "files with `rasure land` and run `rasure transform`."
        )
    months_observed, data_from, data_to = rows[0][7:]
    return Ranking(
        force=force,
        force_area_km2=area_km2,
        months_observed=months_observed,
        data_from=data_from,
        data_to=data_to,
        crimes_total=sum(row[3] for row in rows),
        places=[RankedPlace(*row[:6]) for row in rows if not row[6]],
    )
