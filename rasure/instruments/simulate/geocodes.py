"""Faulty points: defaults, swapped, in degrees, far or a street off, and missing.

About 6% of occurrences have no linked address but a point that someone or something
entered. Which, and where it truly was, is in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyproj import Transformer

from rasure.instruments.simulate.plan import Plan
from rasure.sources.niche_rms.mapping import Mapping

FAULTS = ("default point", "swapped", "outside the force", "missing", "degrees", "none")
FAULTS += ("a street off",)
CHANCES = (0.016, 0.003, 0.004, 0.006, 0.001, 0.04, 0.03)
STREET_M = (60.0, 150.0)  # how far a point is off by a street
ELSEWHERE = ((530_000.0, 180_000.0), (408_000.0, 287_000.0), (532_000.0, 105_000.0))


@dataclass(frozen=True)
class Geocodes:
    """Arrays by occurrence: the fault and the entered point.

    The fault is an index of `FAULTS`, -1 if an address is linked. The point is in what
    the system takes for metres.
    """

    fault: np.ndarray
    x: np.ndarray
    y: np.ndarray


def mislay(plan: Plan, mapping: Mapping, x: np.ndarray, y: np.ndarray) -> Geocodes:
    """Put faults into some of the true points; "none" is a correctly entered point."""
    rng = plan.rng("geocodes")
    draw = rng.random(len(x))
    edges = np.cumsum(CHANCES)
    fault = np.searchsorted(edges, draw, side="right")
    fault = np.where(fault >= len(FAULTS), -1, fault).astype(np.int8)
    entered_x, entered_y = x.copy(), y.copy()
    defaults = np.array([(point.x, point.y) for point in mapping.default_points])
    if len(defaults):
        own = np.flatnonzero(fault == 0)
        chosen = defaults[rng.integers(0, len(defaults), len(own))]
        entered_x[own], entered_y[own] = chosen[:, 0], chosen[:, 1]
    else:
        fault[fault == 0] = FAULTS.index("none")
    own = np.flatnonzero(fault == 1)
    entered_x[own], entered_y[own] = y[own], x[own]
    own = np.flatnonzero(fault == 2)
    far = np.array(ELSEWHERE)[rng.integers(0, len(ELSEWHERE), len(own))]
    far += rng.normal(0, 2_000, far.shape)
    entered_x[own], entered_y[own] = far[:, 0], far[:, 1]
    own = np.flatnonzero(fault == 3)
    entered_x[own], entered_y[own] = np.nan, np.nan
    own = np.flatnonzero(fault == 4)
    to_degrees = Transformer.from_crs(27700, 4326)  # latitude first
    entered_x[own], entered_y[own] = to_degrees.transform(x[own], y[own])
    own = np.flatnonzero(fault == FAULTS.index("a street off"))
    angle = rng.uniform(0, 2 * np.pi, len(own))
    away = rng.uniform(*STREET_M, len(own))
    entered_x[own] += away * np.cos(angle)
    entered_y[own] += away * np.sin(angle)
    return Geocodes(fault, entered_x, entered_y)
