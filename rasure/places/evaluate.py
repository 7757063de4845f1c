"""Hold-out evaluation: choose places on one period, score them on the one after.

Only a hold-out says anything: with more cells than crimes, places chosen by chance
look ten times as hot as they are in the months they were chosen on.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from rasure.places import nulls, scoring
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces
from rasure.places.kde import quartic_kernel
from rasure.places.methods import Training, choose
from rasure.places.reading import Events, Grid
from rasure.places.selection import cells_to_fill
from rasure.places.windows import Window, check_hold_out

NULL_DRAWS = 500


@dataclass(frozen=True)
class Evaluation:
    """The figures of one hold-out: a row for each method, explained in docs."""

    force: str
    train: Window
    test: Window
    observed_train: np.ndarray
    observed_test: np.ndarray
    is_shuffled: bool
    rows: list[dict]


def evaluate(
    grid: Grid,
    events: Events,
    train: Window,
    test: Window,
    definition: Definition,
    draws: int = 1000,
    seed: int = 1,
    is_shuffled: bool = False,
) -> Evaluation:
    """Score every method on the test period; the same seed gives the same figures.

    `events` are the crimes in scope that lie in a hexagon; those at institutions are
    left out, and so are hexagons that are mostly an institution's in the training
    period. Raises `WindowRejected` or `NoPlaces` when there is nothing to score.
    """
    check_hold_out(train, test)
    observed_train = train.observed(grid.observed, "training")
    observed_test = test.observed(grid.observed, "test")
    shuffling, scoring_draws, *null_draws = (
        np.random.default_rng([seed, stream]) for stream in range(4)
    )
    is_candidate = ~institution_cells(grid, events, train, definition)
    centres = np.column_stack([grid.x, grid.y])
    events = events.where(~events.is_at_institution)
    if is_shuffled:
        cell = nulls.throw(grid.area_km2, len(events.cell), shuffling)
        events = events.moved(shuffling.permutation(cell), centres)
    before = events.where(train.holds(events.month))
    after = events.where(test.holds(events.month))
    if not len(before.cell) or not len(after.cell):
        raise NoPlaces(
            f"There is no crime in scope to train on ({train}) or to test on ({test})."
        )
    points, point = np.unique(
        np.column_stack([before.x, before.y]), axis=0, return_inverse=True
    )
    bandwidth_metres = definition.kde_bandwidth_metres
    training = Training(
        cell=before.cell,
        month=before.month,
        harm_days=before.harm_days,
        point=point.ravel(),
        kernel=quartic_kernel(points, centres, bandwidth_metres),
        is_candidate=is_candidate,
        observed=observed_train,
        period_months=len(observed_test),
    )
    target_km2 = grid.force_area_km2 * definition.coverage_percent / 100.0
    cell_km2 = float(grid.area_km2.mean())
    cells = cells_to_fill(cell_km2, target_km2, int(is_candidate.sum()))
    # A is the area of the cells: crimes that lie in none, at the border, are not in N.
    area_share = cells / training.cells
    rows = scoring.score_methods(
        choose(training, definition, cells),
        before.cell,
        after.cell,
        training.cells,
        area_share,
        draws,
        scoring_draws,
    )
    thrown = dataclasses.replace(
        training, kernel=quartic_kernel(centres, centres, bandwidth_metres)
    )
    counts = np.bincount(
        np.concatenate([before.cell, after.cell]), minlength=training.cells
    )
    random, constant = (
        nulls.simulate(
            thrown,
            rates,
            len(after.cell),
            definition,
            cells,
            area_share,
            min(draws, NULL_DRAWS),
            generator,
        )
        for rates, generator in zip(
            (grid.area_km2, nulls.gamma_poisson_rates(counts)), null_draws, strict=True
        )
    )
    about = {
        "coverage_percent": definition.coverage_percent,
        "area_percent": 100.0 * area_share,
        "hexagons": cells,
        "area_km2": cells * cell_km2,
        "is_shuffled": is_shuffled,
    }
    return Evaluation(
        force=grid.force,
        train=train,
        test=test,
        observed_train=observed_train,
        observed_test=observed_test,
        is_shuffled=is_shuffled,
        rows=[
            {"method": name, **about, **row}
            | scoring.expectations(row, random[name], constant[name])
            for name, row in rows.items()
        ],
    )


def institution_cells(
    grid: Grid, events: Events, train: Window, definition: Definition
) -> np.ndarray:
    """Which cells are mostly an institution's, by the crimes of the training period."""
    seen = events.where(train.holds(events.month))
    crimes = np.bincount(seen.cell, minlength=len(grid.x))
    inside = np.bincount(seen.cell[seen.is_at_institution], minlength=len(grid.x))
    return (inside > 0) & (inside >= definition.institution_share * crimes)
