"""Ranking the places of a force: one query on what dbt built, then their order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources

import numpy as np
import psycopg

from rasure.places import selection
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces
from rasure.places.events import (
    EVENTS,
    check_figures,
    check_transformed,
    force_area_km2,
    forces_with_crimes,
    history,
    in_window,
)

QUERY = resources.files("rasure.places").joinpath("rank.sql").read_text()


@dataclass(frozen=True)
class RankedPlace:
    """A hexagon and what put it where it stands; counts leave institutions out.

    `centre` is the middle, in metres, of a hexagon that is placed freely, and `cell_id`
    the cell that it lies in, or the nearest; None of a cell of the grid.
    """

    hexagon_id: str
    area_km2: float
    score: float
    crimes: int
    months_with_crime: int
    is_persistent: bool
    centre: tuple[float, float] | None = None
    cell_id: str | None = None


@dataclass(frozen=True)
class Ranking:
    """The places of a force, hottest first, and the data they were ranked on.

    `crimes_total` are the crimes in scope that lie in a hexagon, institutions out;
    `is_by_years` says which rule of persistence holds, `parameters` are the figures of
    the definition that shaped it.
    """

    force: str
    force_area_km2: float
    months_observed: int
    data_from: date
    data_to: date
    crimes_total: int
    places: list[RankedPlace]
    patrol_window: str = "all"
    is_by_years: bool = False
    parameters: dict[str, float] = field(default_factory=dict)

    def without(self, hexagon_ids: Collection[str]) -> Ranking:
        """The same ranking without some hexagons; those behind them move up."""
        kept = [place for place in self.places if place.hexagon_id not in hexagon_ids]
        return replace(self, places=kept)

    def ids_to(self, hexagon_id: str) -> list[str]:
        """The hexagons from the hottest down to this one."""
        ids = [place.hexagon_id for place in self.places]
        return ids[: ids.index(hexagon_id) + 1]

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


def rank_places(
    connection: psycopg.Connection,
    force: str,
    definition: Definition | None = None,
    patrol_window: str = "all",
) -> Ranking:
    """Rank the hexagons of `force` that have a crime in scope, hottest first.

    Persistent places come first, then by decayed harm^power per km2, compared at 6
    decimals; ties go by the hexagon's id, so that the order is the same on every run.
    Institution cells are left out. `patrol_window` is `all`, `day` or `night`. Raises
    `NoPlaces` when the force has no such crime or no geography, `DefinitionRejected`
    when dbt computed with other figures than those of `definition`.
    """
    check_transformed(connection)
    definition = definition or Definition.load()
    area_km2 = force_area_km2(connection, force)
    check_figures(connection, definition)
    query = QUERY.format(events=EVENTS, in_window=in_window(patrol_window))
    parameters = {
        "force": force,
        "history_years": int(definition.history_years),
        "institution_share": definition.institution_share,
    }
    rows = connection.execute(query, parameters).fetchall()
    if area_km2 is None or not rows:
        window = "" if patrol_window == "all" else f" by {patrol_window}"
        raise NoPlaces(
            f"There is no serious violence{window} to rank for {force!r}; the "
            f"warehouse has {', '.join(forces_with_crimes(connection)) or 'no force'}. "
            "Land its files with `rasure land` and run `rasure transform`."
        )
    months_observed, years_observed, data_from, data_to = rows[0][7:]
    candidates = [row for row in rows if not row[6]]
    known = history(connection, force)
    by_years = selection.goes_by_years(known.is_day_dated, years_observed, definition)
    cells, cell_km2 = connection.execute(
        "select count(*), avg(area_km2) from geo.hexagons where force = %s", (force,)
    ).fetchone()
    target_km2 = area_km2 * definition.coverage_percent / 100.0
    crimes, months, years = (
        np.array([row[3:6] for row in candidates], dtype=int).reshape(-1, 3).T
    )
    presence = selection.Presence(
        crimes=crimes,
        months_with_crime=months,
        years_with_crime=years,
        months_observed=months_observed,
        years_observed=years_observed,
        cells=cells,
        wanted=selection.cells_to_fill(cell_km2, target_km2, cells),
    )
    is_persistent = selection.persistent(presence, definition, by_years).tolist()
    places = [
        RankedPlace(*row[:5], persistent)
        for row, persistent in zip(candidates, is_persistent, strict=True)
    ]
    return Ranking(
        force=force,
        force_area_km2=area_km2,
        months_observed=months_observed,
        data_from=data_from,
        data_to=data_to,
        crimes_total=sum(row[3] for row in rows),
        places=sorted(places, key=hottest_first),
        patrol_window=patrol_window,
        is_by_years=by_years,
        parameters=definition.designation_parameters(by_years)
        | {switch: getattr(definition, switch) for switch in known.switches},
    )


def hottest_first(place: RankedPlace) -> tuple:
    """The key by which places are put in order."""
    density = round(place.score / place.area_km2, 6)
    return (not place.is_persistent, -density, place.hexagon_id)
