"""What the evaluation reads from the warehouse, as arrays.

Only columns that say where, when and how grave: never a crime's id or text.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import psycopg

from rasure.places.errors import NoPlaces
from rasure.places.ranking import forces_with_crimes


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


@dataclass(frozen=True)
class Events:
    """Crimes in scope, one value an event: cell index, month number, days, metres."""

    cell: np.ndarray
    month: np.ndarray
    harm_days: np.ndarray
    x: np.ndarray
    y: np.ndarray
    is_at_institution: np.ndarray

    def where(self, keep: np.ndarray) -> Events:
        """The events for which `keep` is true."""
        return Events(**{name: values[keep] for name, values in vars(self).items()})

    def moved(self, cell: np.ndarray, centres: np.ndarray) -> Events:
        """The same events at the centres of other cells."""
        return dataclasses.replace(
            self, cell=cell, x=centres[cell, 0], y=centres[cell, 1]
        )


HEXAGONS = """
    select hexagon_id, area_km2, st_x(centroid), st_y(centroid)
    from geo.hexagons
    where force = %s
    order by hexagon_id collate "C"
"""

OBSERVED = """
    select distinct extract(year from month) * 12 + extract(month from month) - 1
    from core.fct_crime
    where force = %s
    order by 1
"""

EVENTS = """
    select
        fct_crime.hexagon_id,
        extract(year from fct_crime.month) * 12
        + extract(month from fct_crime.month) - 1,
        coalesce(fct_crime.harm_days, 0)::double precision,
        st_x(dim_place.geom),
        st_y(dim_place.geom),
        fct_crime.is_at_institution
    from core.fct_crime
    inner join core.dim_place using (place_id)
    where fct_crime.force = %s
        and fct_crime.is_serious_violence
        and not fct_crime.is_police_generated
        and fct_crime.is_located
        and fct_crime.hexagon_id is not null
    order by fct_crime.crime_key
"""


def the_force(connection: psycopg.Connection, asked: str | None) -> str:
    """The force to evaluate: the one asked for, or the only one there is."""
    forces = forces_with_crimes(connection)
    if asked is None and len(forces) == 1:
        return forces[0]
    if asked not in forces:
        has = ", ".join(forces) or "no force with crimes"
        if asked is None:
            raise NoPlaces(f"Say which force with --force: the warehouse has {has}.")
        raise NoPlaces(f"There are no crimes of {asked!r}: the warehouse has {has}.")
    return asked


def read_grid(connection: psycopg.Connection, force: str) -> Grid:
    """The hexagons of `force` and its observed months; `NoPlaces` if there are none."""
    area = connection.execute(
        "select area_km2 from geo.forces where force = %s", (force,)
    ).fetchone()
    rows = connection.execute(HEXAGONS, (force,)).fetchall()
    if area is None or not rows:
        raise NoPlaces(
            f"The warehouse has no hexagons for {force!r}. Build them with "
            f"`rasure geography build {force}`."
        )
    hexagon_id, area_km2, x, y = zip(*rows, strict=True)
    observed = connection.execute(OBSERVED, (force,)).fetchall()
    return Grid(
        force=force,
        force_area_km2=area[0],
        hexagon_id=np.array(hexagon_id),
        area_km2=np.array(area_km2, dtype=float),
        x=np.array(x, dtype=float),
        y=np.array(y, dtype=float),
        observed=np.array([int(month) for (month,) in observed], dtype=int),
    )


def read_events(connection: psycopg.Connection, grid: Grid) -> Events:
    """The crimes in scope of the grid's force; `NoPlaces` if there are none."""
    rows = connection.execute(EVENTS, (grid.force,)).fetchall()
    index = {name: position for position, name in enumerate(grid.hexagon_id.tolist())}
    known = [row for row in rows if row[0] in index]
    if not known:
        raise NoPlaces(
            f"The warehouse has no serious violence in a hexagon of {grid.force!r}. "
            "Land a delivery with `rasure land`, then run `rasure transform`."
        )
    hexagon_id, month, harm_days, x, y, is_at_institution = zip(*known, strict=True)
    return Events(
        cell=np.array([index[name] for name in hexagon_id]),
        month=np.array([int(number) for number in month], dtype=int),
        harm_days=np.array(harm_days, dtype=float),
        x=np.array(x, dtype=float),
        y=np.array(y, dtype=float),
        is_at_institution=np.array(is_at_institution, dtype=bool),
    )
