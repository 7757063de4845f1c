"""What the evaluation reads from the warehouse, as arrays.

Only columns that say where, when and how heavy: never a crime's id or text.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import psycopg

from rasure.places.definition import Definition
from rasure.places.errors import LAND_FIRST, NoPlaces
from rasure.places.events import (
    EVENTS_WITH_POINTS,
    check_figures,
    history,
    in_window,
)
from rasure.places.ranking import force_area_km2, forces_with_crimes
from rasure.places.windows import Window, listed, month_number


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

EVENTS = """
    select hexagon_id, month, score_weight, st_x(geom), st_y(geom), is_at_institution
    from ({events}) as events
    where events.force = %s
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


def read_events(
    connection: psycopg.Connection,
    grid: Grid,
    patrol_window: str = "all",
    definition: Definition | None = None,
) -> Events:
    """The crimes in scope of the grid's force.

    Raises `NoPlaces` if there are none, `DefinitionRejected` when dbt computed with
    other figures than those of `definition` (default: the home's).
    """
    check_figures(connection, definition or Definition.load())
    query = EVENTS.format(events=EVENTS_WITH_POINTS, in_window=in_window(patrol_window))
    rows = connection.execute(query, (grid.force,)).fetchall()
    index = {name: position for position, name in enumerate(grid.hexagon_id.tolist())}
    known = [row for row in rows if row[0] in index]
    if not known:
        raise NoPlaces(
            f"The warehouse has no serious violence in a hexagon of {grid.force!r}. "
            + LAND_FIRST
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
