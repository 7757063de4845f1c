"""Units and officers: a few teams in each area, and two that serve the whole force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rasure.instruments.simulate.ground import Ground
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.words import chosen

TEAMS = ("Response 1", "Response 2", "Response 3", "Neighbourhood", "CID", "Custody")
WHOLE_FORCE = ("Joint Operations Unit", "Force Control Room")
OFFICERS = 4_600  # of the whole force
RANKS = ("Constable", "Sergeant", "Inspector", "Police Staff")


@dataclass(frozen=True)
class Staff:
    """Officers by area: those of an area stand from `start[area]` to `start[area + 1]`.

    `unit` is each officer's unit; serials are positions + 1.
    """

    tables: dict[str, dict]
    unit: np.ndarray
    start: np.ndarray

    def officers(self, rng, area: np.ndarray) -> np.ndarray:
        """An officer of the area for each event."""
        each = np.diff(self.start)[area]
        return self.start[area] + (rng.random(len(area)) * each).astype(np.int64)


def employ(plan: Plan, ground: Ground) -> Staff:
    """The staff of a force; the same on every day."""
    history = plan.history()
    rng = history.rng("staff")
    areas = len(ground.areas)
    names = [f"{area} {team}" for area in ground.areas for team in TEAMS]
    area_of = np.repeat(np.arange(areas), len(TEAMS))
    total = max(4 * areas, int(OFFICERS * min(1.0, history.scale)))
    per_area = rng.multinomial(total, np.full(areas, 1 / areas)) + len(TEAMS)
    start = np.concatenate([[0], np.cumsum(per_area)])
    area = np.repeat(np.arange(areas), per_area)
    unit = area * len(TEAMS) + rng.integers(0, len(TEAMS), len(area))
    shared = rng.random(len(area)) < 0.03
    unit[shared] = len(names) + rng.integers(0, len(WHOLE_FORCE), shared.sum())
    area_of = np.concatenate([area_of, np.full(len(WHOLE_FORCE), -1)])
    names += WHOLE_FORCE
    hired = np.full(len(area), history.start)
    collars = rng.permutation(9_000 + len(area))[: len(area)] + 1_000
    rank = rng.choice(len(RANKS), len(area), p=[0.72, 0.14, 0.05, 0.09])
    tables = {
        "officers": {
            "officer_id": np.arange(len(area)) + 1,
            "collar_number": pa.array(collars).cast(pa.string()),
            "rank": chosen(RANKS, rank),
            "unit_id": unit + 1,
            "modified_at": hired,
        },
        "units": {
            "unit_id": np.arange(len(names)) + 1,
            "unit": pa.array(names),
            "area": chosen(ground.areas, area_of),
            "modified_at": np.full(len(names), history.start),
        },
    }
    return Staff(tables, unit, start)
