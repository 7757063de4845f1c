"""Score designated places on a year that is held out: choose on six years before it.

For each seed the simulator draws the crimes of a force and their true rates. Places are
chosen in three ways: by the code that designates, by the true rates of the year to come
(the oracle, which nobody can know), and by the counts of the last year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from rasure.geography.building import SIDE_M
from rasure.instruments.simulate import crimes, ground
from rasure.instruments.simulate.facts_tables import draw_subclasses, offences
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.plan import plan as make_plan
from rasure.places import methods
from rasure.places.definition import Definition
from rasure.places.evaluation import institution_cells
from rasure.places.events import Events, Grid
from rasure.places.selection import cells_to_fill, highest, simulated_weights
from rasure.places.windows import Window

YEARS = 6  # of history, before the year that is held out
SEEDS = 5
CELL_KM2 = 3 * np.sqrt(3) / 2 * SIDE_M**2 / 1e6


@dataclass(frozen=True)
class HoldOut:
    """The PAI of each way to choose, for one seed; each chooses the same area."""

    seed: int
    events: int
    cells: int
    designation: float
    oracle: float
    last_year: float

    @property
    def over_oracle(self) -> float:
        """The designation's PAI over the true rates'."""
        return self.designation / self.oracle

    @property
    def over_last_year(self) -> float:
        """The designation's PAI over that of last year's counts."""
        return self.designation / self.last_year


@dataclass(frozen=True)
class Happened:
    """The violence of a force in seven years.

    `window` is the year of each event from 0, `harm_days` its harm, and `rate` the true
    rate of each cell in the last year.
    """

    grid: Grid
    events: Events
    harm_days: np.ndarray
    window: np.ndarray
    rate: np.ndarray


def happen(plan: Plan, harm_days: Mapping[str, float]) -> Happened:
    """Draw a plan's serious violence in public, and the violence at institutions.

    `harm_days` are those of the warehouse by offence (`8N`, `8N/6`).
    """
    land = ground.lay(plan)
    drawn = crimes.happen(plan, land)
    at_institution = (drawn.institution >= 0) & drawn.is_crime
    kept = np.flatnonzero(drawn.scope | at_institution)
    cell = drawn.cell[kept]
    instant = drawn.times.instant[kept].astype("datetime64[s]")
    month = instant.astype("datetime64[M]").astype(int) + 1970 * 12
    events = Events(
        cell=cell,
        month=month,
        score_weight=np.zeros(len(cell)),  # it depends on the definition: see `score`
        x=land.x[cell],
        y=land.y[cell],
        is_at_institution=at_institution[kept],
    )
    grid = Grid(
        force=plan.force,
        force_area_km2=len(land.x) * CELL_KM2,
        hexagon_id=np.array([]),
        area_km2=np.full(len(land.x), CELL_KM2),
        x=land.x,
        y=land.y,
        observed=np.unique(month),
        is_day_dated=True,
    )
    harm = _harm(drawn.offence[kept], drawn.subclass_draw[kept], harm_days)
    return Happened(grid, events, harm, drawn.window[kept], land.rates["public"][YEARS])


def score(seed: int, happened: Happened, definition: Definition) -> HoldOut:
    """Choose on the first six years, score on the seventh."""
    grid, events = happened.grid, happened.events
    is_past = happened.window < YEARS
    weights = simulated_weights(
        happened.harm_days,
        events.month,
        definition.half_life_months,
        definition.harm_power,
    )
    events = replace(events, score_weight=weights)
    before, after = events.where(is_past), events.where(~is_past)
    everything = Window(int(before.month.min()), int(before.month.max()))
    observed = np.arange(everything.first, everything.last + 1)
    is_candidate = ~institution_cells(grid, before, everything, definition)
    before = before.where(~before.is_at_institution)
    after = after.where(~after.is_at_institution)
    cells = len(grid.x)
    target_km2 = grid.force_area_km2 * definition.coverage_percent / 100.0
    cell_km2 = float(grid.area_km2.mean())
    chosen_cells = cells_to_fill(cell_km2, target_km2, int(is_candidate.sum()))
    training = methods.Training(
        cell=before.cell,
        month=before.month,
        score_weight=before.score_weight,
        point=before.cell,
        kernel=csr_array((cells, 1)),  # no method here smooths
        is_candidate=is_candidate,
        observed=observed,
        period_months=12,
        is_day_dated=grid.is_day_dated,
    )
    later_events = np.bincount(after.cell, minlength=cells)

    def pai(chosen: np.ndarray) -> float:
        hit_rate = later_events[chosen].sum() / later_events.sum()
        return float(hit_rate / (len(chosen) / cells))

    def by(method: str) -> np.ndarray:
        return methods.choose_by(method, training, definition, chosen_cells)

    return HoldOut(
        seed=seed,
        events=int(later_events.sum()),
        cells=chosen_cells,
        designation=pai(by(methods.GRID)),
        oracle=pai(highest(happened.rate, chosen_cells)),
        last_year=pai(by("last_period_counts")),
    )


def hold_outs(
    force: str,
    harm_days: Mapping[str, float],
    definition: Definition,
    seeds: int = SEEDS,
    say: Callable[[str], None] = lambda text: None,
) -> list[HoldOut]:
    """Hold out the last year of `seeds` simulated forces, with seeds from 1."""
    results = []
    for seed in range(1, seeds + 1):
        say(f"places held out, seed {seed} of {seeds}")
        drawn = happen(make_plan(force, seed, YEARS + 1), harm_days)
        results.append(score(seed, drawn, definition))
    return results


def _harm(offence: np.ndarray, draw: np.ndarray, harm_days: Mapping[str, float]):
    """The harm of each event: that of its subclass if it has one, else of its class."""
    codes = np.array(offences().codes)[offence]
    subclass, names = draw_subclasses(offence, draw)
    shorts = [name.split("/")[-1].lstrip("0") for name in names]  # 008/06 is 6
    named = np.array([*shorts, ""])[subclass]
    days = {
        (code, name): harm_days.get(f"{code}/{name}", harm_days.get(code, 0.0))
        for code, name in set(zip(codes.tolist(), named.tolist(), strict=True))
    }
    pairs = zip(codes.tolist(), named.tolist(), strict=True)
    return np.array([days[pair] for pair in pairs], dtype=float)
