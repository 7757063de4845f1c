"""Do the same places stay hot? The overlap of periods, and what chance would give.

Two choices from the same unchanging rates overlap far less than one would think, since
most places have few crimes. So the Jaccard index of two periods is read against its
own null: every hexagon keeps one rate for good (its posterior mean, Gamma-Poisson over
the whole history), the crimes are thrown again, and both choices are made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from rasure.places import metrics
from rasure.places.definition import Definition
from rasure.places.errors import WindowRejected
from rasure.places.evaluation import gamma_poisson_rates, institution_cells, throw
from rasure.places.events import Events, Grid
from rasure.places.methods import GRID, Training, choose_by
from rasure.places.metrics import limits, percentile_interval
from rasure.places.selection import cells_to_fill, years_needed
from rasure.places.windows import Window

LEAST_YEARS = 2


@dataclass(frozen=True)
class Stability:
    """The overlap of the two halves of a history, and of its years, in one row."""

    force: str
    train: Window
    test: Window
    rows: list[dict]
    patrol_window: str = "all"
    is_shuffled: bool = False


def stability(
    grid: Grid,
    events: Events,
    definition: Definition,
    years_a_half: int = 3,
    draws: int = 500,
    seed: int = 1,
    patrol_window: str = "all",
) -> Stability:
    """Compare the choices of two halves, of up to `years_a_half` years each.

    Whole years are counted back from the last observed month. Raises `WindowRejected`
    for a history of less than two years.
    """
    years = yearly_windows(grid.observed, 2 * years_a_half)
    half = len(years) // 2
    years = years[len(years) - 2 * half :]
    halves = [
        Window(years[0].first, years[half - 1].last),
        Window(years[half].first, years[-1].last),
    ]
    whole = Window(halves[0].first, halves[1].last)
    is_candidate = ~institution_cells(grid, events, whole, definition)
    events = events.where(~events.is_at_institution & whole.holds(events.month))
    cell_km2 = float(grid.area_km2.mean())
    target_km2 = grid.force_area_km2 * definition.coverage_percent / 100.0
    cells = cells_to_fill(cell_km2, target_km2, int(is_candidate.sum()))

    def compare(cell: np.ndarray) -> dict[str, np.ndarray]:
        """The overlaps of one history: the halves, the years, the years of a place."""
        chosen = {
            window: choose_by(
                GRID,
                training_in(window, grid, events, cell, is_candidate),
                definition,
                cells,
            )
            for window in {whole, *halves, *years}
        }
        needed = years_needed(len(years), definition)
        times = np.bincount(
            np.concatenate([chosen[year] for year in years]), minlength=len(grid.x)
        )
        return {
            "jaccard": np.array([metrics.jaccard(*(chosen[one] for one in halves))]),
            "years": np.array(
                [metrics.jaccard(chosen[a], chosen[b]) for a, b in pairwise(years)]
            ),
            "share_in_most_years": np.array([(times[chosen[whole]] >= needed).mean()]),
        }

    observed = compare(events.cell)
    rates = gamma_poisson_rates(np.bincount(events.cell, minlength=len(grid.x)))
    rng = np.random.default_rng([seed, 11])
    simulated = [
        compare(rng.permutation(throw(rates, len(events.cell), rng)))
        for _ in range(draws)
    ]
    null = {name: np.array([one[name] for one in simulated]) for name in observed}
    row = {
        "method": "stability",
        "patrol_window": patrol_window,
        "coverage_percent": definition.coverage_percent,
        "hexagons": cells,
        "events": len(events.cell),
        "compared": f"{halves[0]} with {halves[1]}",
        **against("jaccard", observed["jaccard"][0], null["jaccard"][:, 0]),
        **against(
            "share_in_most_years",
            observed["share_in_most_years"][0],
            null["share_in_most_years"][:, 0],
        ),
        "years_needed": years_needed(len(years), definition),
        "years": [
            {"compared": f"{one} with {other}"}
            | against("jaccard", observed["years"][at], null["years"][:, at])
            for at, (one, other) in enumerate(pairwise(years))
        ],
    }
    return Stability(grid.force, *halves, [row], patrol_window)


def yearly_windows(observed: np.ndarray, most: int) -> list[Window]:
    """Up to `most` whole years back from the last observed month, the oldest first."""
    last = int(observed[-1])
    number = min((last - int(observed[0]) + 1) // 12, most)
    if number < LEAST_YEARS:
        raise WindowRejected(
            f"Stability compares years, and the warehouse has {len(observed)} months. "
            f"It needs at least {LEAST_YEARS * 12} on end."
        )
    windows = [Window(last - 12 * ago - 11, last - 12 * ago) for ago in range(number)][
        ::-1
    ]
    for window in windows:
        window.observed(observed, "yearly")
    return windows


def training_in(
    window: Window,
    grid: Grid,
    events: Events,
    cell: np.ndarray,
    is_candidate: np.ndarray,
) -> Training:
    """The events of a window, at other cells, as the designation may see them."""
    inside = window.holds(events.month)
    return Training(
        cell=cell[inside],
        month=events.month[inside],
        score_weight=events.score_weight[inside],
        point=cell[inside],
        kernel=csr_array((0, 0)),
        is_candidate=is_candidate,
        observed=window.observed(grid.observed, "stability"),
        period_months=12,
        is_day_dated=grid.is_day_dated,
    )


def against(name: str, observed: float, null: np.ndarray) -> dict:
    """A figure, what constant rates give, and where it stands among these draws.

    `_at_least_null` is whether it reaches the 5th percentile of them.
    """
    low, high = percentile_interval(null)
    fifth = float(np.quantile(null, 0.05))
    return {
        name: float(observed),
        f"{name}_null": float(np.mean(null)),
        **limits(f"{name}_null", low, high),
        f"{name}_null_fifth": fifth,
        f"{name}_percentile": float(100.0 * np.mean(null <= observed)),
        f"{name}_at_least_null": bool(observed >= fifth),
    }
