"""Town centres, which attract crime, and the town and postcode of each place.

A force whose centres our table does not list has one in the densest neighbourhood of
each of its districts, named for the district, with the postcode area ZZ, which is no
real one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.facts_tables import table

REACH_M = 330  # the pull of a centre falls by e over this


@dataclass(frozen=True)
class Towns:
    """Town centres: names, postcode districts and points (metres, EPSG:27700).

    By cell: `nearest` town and `pull`, the weight of the centres felt there.
    """

    names: tuple[str, ...]
    postcodes: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    nearest: np.ndarray
    pull: np.ndarray


def towns(
    force: str, x: np.ndarray, y: np.ndarray, density: np.ndarray, district: np.ndarray
) -> Towns:
    """The town centres of a force, seen from cells with their residents' density."""
    rows = [row for row in table("centres") if row["force"] == force]
    if not rows:
        rows = _densest(x, y, density, district)
    centre_x = np.array([float(row["easting"]) for row in rows])
    centre_y = np.array([float(row["northing"]) for row in rows])
    weight = np.array([float(row["weight"]) for row in rows])
    pull = np.zeros(len(x))
    nearest, least = np.zeros(len(x), np.int16), np.full(len(x), np.inf)
    for number in range(len(rows)):
        away = np.hypot(x - centre_x[number], y - centre_y[number])
        pull += weight[number] * np.exp(-away / REACH_M)
        closer = away < least
        nearest[closer], least[closer] = number, away[closer]
    return Towns(
        tuple(row["town"] for row in rows),
        tuple(row["postcode_district"] for row in rows),
        centre_x,
        centre_y,
        nearest,
        pull,
    )


def _densest(x, y, density, district) -> list[dict]:
    rows = []
    for number, name in enumerate(np.unique(district)):
        own = np.flatnonzero(district == name)
        best = own[np.argmax(density[own])]
        rows.append(
            {
                "town": name,
                "easting": x[best],
                "northing": y[best],
                "weight": 0.5 + 0.5 * (number % 2),
                "postcode_district": f"ZZ{1 + number}",
            }
        )
    return rows
