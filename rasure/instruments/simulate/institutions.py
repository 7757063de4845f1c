"""Institutions: prisons, hospitals and police stations that hold much recorded crime.

What is recorded at them is no work for a patrol, and the cells under them are otherwise
nearly empty; next to each listed one is a cell that is truly hot and must stay. The
listed ones are the geography's; a police station is planted in each of the first towns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.geography.building import SIDE_M

QUIET = 0.01  # the share of its rate that a cell under an institution keeps
HEAT = (6, 30)  # a hot neighbour is as hot as a cell of a rank between
STATIONS = 6
STATION_RADIUS_M = 60


@dataclass(frozen=True)
class Institutions:
    """By institution: name, kind, point (metres), cell, hot neighbour cell (or -1).

    `cells` are all cells that an institution touches; `share` is how much of what is
    recorded at institutions each holds.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    cell: np.ndarray
    neighbour: np.ndarray
    share: np.ndarray
    cells: np.ndarray


def plant(rng, listed: list[dict], x, y, rates: dict, towns) -> Institutions:
    """Lower the rates under institutions, and raise that of a cell next to each listed.

    `rates` (by kind of crime, by cell) is changed in place.
    """
    rows = [
        (
            row["name"],
            row["kind"],
            float(row["easting"]),
            float(row["northing"]),
            float(row["radius_m"]),
        )
        for row in listed
    ]
    for number in range(min(STATIONS, len(towns.names))):
        angle = rng.uniform(0, 2 * np.pi)
        station_x = towns.x[number] + 450 * np.cos(angle)
        station_y = towns.y[number] + 450 * np.sin(angle)
        name = f"{towns.names[number]} Police Station"
        rows.append((name, "police_station", station_x, station_y, STATION_RADIUS_M))
    under = [
        np.flatnonzero(np.hypot(x - e, y - n) < radius + SIDE_M)
        for _, _, e, n, radius in rows
    ]
    touched = np.unique(np.concatenate(under)) if under else np.array([], np.int64)
    for rate in rates.values():
        rate[touched] *= QUIET
    heat = np.sort(rates["public"])[::-1]
    neighbours, cell = [], []
    for kind, e, n, radius in [row[1:] for row in rows]:
        away = np.hypot(x - e, y - n)
        cell.append(np.argmin(away))
        neighbour_distance = away + 1e9 * np.isin(np.arange(len(x)), touched)
        best = int(np.argmin(neighbour_distance))
        if kind == "police_station" or neighbour_distance[best] > radius + 8 * SIDE_M:
            neighbours.append(-1)
            continue
        neighbours.append(best)
        rates["public"][best] = heat[rng.integers(*HEAT)]
    sizes = rng.uniform(0.5, 1.5, len(rows))
    return Institutions(
        tuple(row[0] for row in rows),
        tuple(row[1] for row in rows),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        np.array(cell, np.int64),
        np.array(neighbours, np.int64),
        sizes / sizes.sum() if rows else sizes,
        touched,
    )
