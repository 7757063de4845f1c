"""The ground: a force's hexagons, the crime rate of each, and its institutions.

Cells bear the ids that `rasure geography build` gives them (PostGIS's ST_HexagonGrid,
side 123.5 m, EPSG:27700), so that planted rates join what the warehouse finds. A rate
is heavy-tailed: the density of residents, times a fall-off from the town centres, times
a log-normal; each year it drifts by a log-normal step of sd 0.15.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import geopandas
import numpy as np
import shapely

from rasure.geography import force_name
from rasure.geography.building import SIDE_M, area_rows
from rasure.geography.reference import institutions, neighbourhoods
from rasure.instruments.simulate.institutions import Institutions, plant
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.towns import Towns, towns

HEIGHT_M = SIDE_M * np.sqrt(3)
RESIDENTS = 1_600  # of an LSOA, by design
DRIFT_SD = 0.15
KINDS = ("public", "residential", "retail")
HOT_PUBLIC, HOT_SCHOOLS = 60, 40  # cells with hours of their own
GENERIC, NIGHT_LIFE, SCHOOL_END = 0, 1, 2


@dataclass(frozen=True)
class Ground:
    """The cells of a force and what is planted in them; arrays are by cell.

    `i`, `j` name the cell, `x`, `y` are its centroid (metres, EPSG:27700), `area`
    indexes `areas` (local policing areas or districts), `town` `towns`. `rates[kind]`
    is (windows + 1, cells), each row summing to 1: the share of that kind of crime that
    a cell is due in a window, the last row for the days after. `hours` is `GENERIC`,
    `NIGHT_LIFE` or `SCHOOL_END`.
    """

    force: str
    i: np.ndarray
    j: np.ndarray
    x: np.ndarray
    y: np.ndarray
    area: np.ndarray
    areas: tuple[str, ...]
    town: np.ndarray
    towns: Towns
    rates: dict[str, np.ndarray]
    hours: np.ndarray
    institutions: Institutions

    def hexagon_ids(self, cells: np.ndarray) -> list[str]:
        """The warehouse's ids of cells; None for -1."""
        return [
            None if cell < 0 else f"{self.force}:{self.i[cell]}:{self.j[cell]}"
            for cell in cells
        ]


def lay(plan: Plan) -> Ground:
    """Lay the ground of a plan's force; the same whatever the plan's step."""
    force_name(plan.force)
    return _lay(plan.history())


@lru_cache(maxsize=1)
def _lay(plan: Plan) -> Ground:
    rng = plan.rng("ground")
    everyone = neighbourhoods()
    own = everyone[everyone["force"] == plan.force].reset_index(drop=True)
    shapes = own.to_crs(27700)
    shapes["geometry"] = shapely.make_valid(shapes.geometry.to_numpy())
    i, j, x, y, lsoa = cells(shapes)
    density = (RESIDENTS / (shapes.geometry.area.to_numpy() / 1e6))[lsoa]
    areas, area = _areas(plan.force, own, lsoa)
    centres = towns(plan.force, x, y, density, own["district_name"].to_numpy()[lsoa])
    rates = _first_rates(rng, density, centres.pull)
    codes = set(own["lsoa_code"])
    planted = plant(rng, institutions(plan.force, codes), x, y, rates, centres)
    hours = _hours(rng, rates["public"], centres.pull, planted)
    return Ground(
        plan.force,
        i,
        j,
        x,
        y,
        area,
        areas,
        centres.nearest,
        centres,
        _drifted(rng, rates, len(plan.windows) + 1),
        hours,
        planted,
    )


def cells(shapes: geopandas.GeoDataFrame) -> tuple[np.ndarray, ...]:
    """(i, j, x, y, row): hexagons whose centroid is in a polygon, and that polygon.

    Ordered by i, then j. Columns are 1.5 sides apart, odd columns half a cell higher.
    """
    west, south, east, north = shapes.total_bounds
    columns = np.arange(int(west / (1.5 * SIDE_M)) - 1, int(east / (1.5 * SIDE_M)) + 2)
    rows = np.arange(int(south / HEIGHT_M) - 1, int(north / HEIGHT_M) + 2)
    i, j = (grid.ravel() for grid in np.meshgrid(columns, rows, indexing="ij"))
    x = SIDE_M * 1.5 * i
    y = HEIGHT_M * (j + 0.5 * (i % 2))
    tree = shapely.STRtree(shapes.geometry.to_numpy())
    points, polygons = tree.query(shapely.points(x, y), predicate="intersects")
    inside, first = np.unique(points, return_index=True)
    return i[inside], j[inside], x[inside], y[inside], polygons[first]


def _areas(force: str, own, lsoa: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """The force's first set of areas, and the area of each cell."""
    rows = area_rows(force, own)
    of_district = {code: area for kind, area, code, *_ in rows if kind == rows[0][0]}
    names = tuple(sorted(set(of_district.values())))
    of_lsoa = own["district_code"].map(of_district).map(names.index).to_numpy()
    return names, of_lsoa[lsoa]


def _first_rates(rng, density: np.ndarray, pull: np.ndarray) -> dict[str, np.ndarray]:
    """Unscaled rates of the first window by kind of crime; `pull` is 1 at a centre."""
    count = len(density)
    crowd = density / density.mean()
    return {
        "public": (crowd**0.75 + 0.02)
        * (1 + 55 * pull)
        * rng.lognormal(0, 1.25, count)
        * rng.gamma(2.0, 0.5, count),
        "residential": crowd * rng.lognormal(0, 0.7, count),
        "retail": (crowd**0.5 + 0.01) * (1 + 160 * pull) * rng.lognormal(0, 1.6, count),
    }


def _drifted(rng, rates: dict[str, np.ndarray], windows: int) -> dict[str, np.ndarray]:
    """Each window's rates: a log-normal walk from the first, every row summing to 1."""
    drifted = {}
    for kind, first in rates.items():
        steps = rng.normal(0, DRIFT_SD, (windows, len(first)))
        steps[0] = 0
        rows = first * np.exp(np.cumsum(steps, axis=0))
        drifted[kind] = rows / rows.sum(axis=1, keepdims=True)
    return drifted


def _hours(rng, public: np.ndarray, pull: np.ndarray, planted) -> np.ndarray:
    """The cells that have hours of their own: night life in centres, ends of school."""
    hours = np.zeros(len(public), np.int8)
    ranked = np.argsort(-public, kind="stable")
    ranked = ranked[~np.isin(ranked, planted.cells)]
    central = ranked[pull[ranked] > 0.15]
    hours[central[:HOT_PUBLIC]] = NIGHT_LIFE
    others = ranked[: 6 * HOT_SCHOOLS]
    others = others[hours[others] == GENERIC]
    hours[rng.permutation(others)[:HOT_SCHOOLS]] = SCHOOL_END
    return hours
