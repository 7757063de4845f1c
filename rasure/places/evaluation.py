"""Hold-out evaluation: choose places on one period, score them on the one after.

Only a hold-out says anything: with more cells than crimes, places chosen by chance
look ten times as hot as they are in the months they were chosen on.

What chance alone would give is simulated with the whole procedure, choice included;
each event keeps its month and weight:

* random locations: every event falls anywhere in the force, by area;
* constant rates: every cell keeps one rate for good, so that what changes from period
  to period is Poisson noise. The rates are the posterior means of a Gamma-Poisson model
  (empirical Bayes by moments, Clayton and Kaldor 1987) of training and test together.

Every evaluation is kept, so that what a designation was worth can be looked up.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

import numpy as np
import psycopg

from rasure.places import metrics
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces
from rasure.places.events import Events, Grid
from rasure.places.methods import METHODS, Training, choose, quartic_kernel
from rasure.places.selection import cells_to_fill, gamma_poisson_prior, highest
from rasure.places.windows import Window, check_hold_out, month_end, month_start


def gamma_poisson_rates(counts: np.ndarray) -> np.ndarray:
    """Posterior mean event count of each cell, (alpha + n) / (beta + 1).

    alpha and beta are those of `gamma_poisson_prior` over all cells; where it has none
    every cell has the mean.
    """
    prior = gamma_poisson_prior(counts, len(counts))
    if prior is None:
        return np.full(len(counts), counts.mean())
    alpha, beta = prior
    return (alpha + counts) / (beta + 1.0)


def throw(rates: np.ndarray, events: int, rng: np.random.Generator) -> np.ndarray:
    """The cell of each of `events` events, drawn in proportion to `rates`."""
    cumulative = np.cumsum(rates)
    cumulative /= cumulative[-1]
    return np.searchsorted(cumulative, np.sort(rng.random(events)), side="right")


def simulate(
    training: Training,
    rates: np.ndarray,
    test_events: int,
    definition: Definition,
    cells: int,
    area_share: float,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, dict[str, np.ndarray]]:
    """The metrics of every method in `draws` simulated histories: method -> metric.

    `training` gives the months, weights and ground; its kernel must be between the cell
    centroids, because a thrown event lies at one.
    """
    by_method = {name: [] for name in METHODS}
    for _ in range(draws):
        order = rng.permutation(len(training.cell))
        cell = throw(rates, len(training.cell), rng)
        history = dataclasses.replace(
            training,
            cell=cell,
            point=cell,
            month=training.month[order],
            score_weight=training.score_weight[order],
        )
        before = np.bincount(cell, minlength=training.cells)
        after = np.bincount(throw(rates, test_events, rng), minlength=training.cells)
        fullest = highest(after, cells)
        for name, chosen in choose(history, definition, cells).items():
            by_method[name].append(
                metrics.of_places(chosen, before, after, fullest, area_share)
            )
    return {
        name: {metric: np.array([row[metric] for row in rows]) for metric in rows[0]}
        for name, rows in by_method.items()
    }


NULL_DRAWS = 500
SHUFFLES = 5


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
    patrol_window: str = "all"


def evaluate(
    grid: Grid,
    events: Events,
    train: Window,
    test: Window,
    definition: Definition,
    draws: int = 1000,
    seed: int = 1,
    is_shuffled: bool = False,
    patrol_window: str = "all",
) -> Evaluation:
    """Score every method on the test period; the same seed gives the same figures.

    `events` are the crimes in scope that lie in a hexagon; those at institutions are
    left out, and so are hexagons that are mostly an institution's in the training
    period. When shuffled, the crimes are thrown at random cells `SHUFFLES` times and
    the figures are of all of these together. Raises `WindowRejected` or `NoPlaces` when
    there is nothing to score.
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
    if not train.holds(events.month).any() or not test.holds(events.month).any():
        raise NoPlaces(
            f"There is no crime in scope to train on ({train}) or to test on ({test})."
        )
    histories = [events]
    if is_shuffled:
        histories = [
            shuffled(events, grid, centres, shuffling) for _ in range(SHUFFLES)
        ]
    bandwidth_metres = definition.kde_bandwidth_metres
    trainings = [
        training_on(
            history.where(train.holds(history.month)),
            centres,
            is_candidate,
            observed_train,
            len(observed_test),
            bandwidth_metres,
            grid.is_day_dated,
        )
        for history in histories
    ]
    tests = [history.cell[test.holds(history.month)] for history in histories]
    target_km2 = grid.force_area_km2 * definition.coverage_percent / 100.0
    cell_km2 = float(grid.area_km2.mean())
    cells = cells_to_fill(cell_km2, target_km2, int(is_candidate.sum()))
    # A is the area of the cells: crimes that lie in none, at the border, are not in N.
    size = len(centres)
    area_share = cells / size
    choices = [choose(training, definition, cells) for training in trainings]
    rows = metrics.score_methods(
        {name: side_by_side([one[name] for one in choices], size) for name in METHODS},
        side_by_side([training.cell for training in trainings], size),
        side_by_side(tests, size),
        size * len(histories),
        area_share,
        draws,
        scoring_draws,
    )
    thrown = dataclasses.replace(
        trainings[0], kernel=quartic_kernel(centres, centres, bandwidth_metres)
    )
    counts = np.bincount(np.concatenate([thrown.cell, tests[0]]), minlength=size)
    random, constant = (
        simulate(
            thrown,
            rates,
            len(tests[0]),
            definition,
            cells,
            area_share,
            min(draws, NULL_DRAWS),
            generator,
        )
        for rates, generator in zip(
            (grid.area_km2, gamma_poisson_rates(counts)), null_draws, strict=True
        )
    )
    about = {
        "patrol_window": patrol_window,
        "coverage_percent": definition.coverage_percent,
        "area_percent": 100.0 * area_share,
        "hexagons": cells,
        "area_km2": cells * cell_km2,
        "is_shuffled": is_shuffled,
        "shuffles": SHUFFLES if is_shuffled else 0,
    }
    return Evaluation(
        force=grid.force,
        train=train,
        test=test,
        observed_train=observed_train,
        observed_test=observed_test,
        is_shuffled=is_shuffled,
        patrol_window=patrol_window,
        rows=[
            {"method": name, **about, **row}
            | metrics.expectations(row, random[name], constant[name])
            for name, row in rows.items()
        ],
    )


def shuffled(
    events: Events, grid: Grid, centres: np.ndarray, rng: np.random.Generator
) -> Events:
    """The same events at cells drawn at random by area."""
    cell = throw(grid.area_km2, len(events.cell), rng)
    return events.moved(rng.permutation(cell), centres)


def training_on(
    before: Events,
    centres: np.ndarray,
    is_candidate: np.ndarray,
    observed: np.ndarray,
    period_months: int,
    bandwidth_metres: float,
    is_day_dated: bool = False,
) -> Training:
    """What the methods may see: the events of the training period."""
    points, point = np.unique(
        np.column_stack([before.x, before.y]), axis=0, return_inverse=True
    )
    return Training(
        cell=before.cell,
        month=before.month,
        score_weight=before.score_weight,
        point=point.ravel(),
        kernel=quartic_kernel(points, centres, bandwidth_metres),
        is_candidate=is_candidate,
        observed=observed,
        period_months=period_months,
        is_day_dated=is_day_dated,
    )


def side_by_side(histories: list[np.ndarray], size: int) -> np.ndarray:
    """Cells in copies of a grid of `size` cells, as cells of one grid of all copies."""
    return np.concatenate([cell + copy * size for copy, cell in enumerate(histories)])


def institution_cells(
    grid: Grid, events: Events, train: Window, definition: Definition
) -> np.ndarray:
    """Which cells are mostly an institution's, by the crimes of the training period."""
    seen = events.where(train.holds(events.month))
    crimes = np.bincount(seen.cell, minlength=len(grid.x))
    inside = np.bincount(seen.cell[seen.is_at_institution], minlength=len(grid.x))
    return (inside > 0) & (inside >= definition.institution_share * crimes)


ROW = """
    insert into places.evaluations (
        force, train_from, train_to, test_from, test_to, method, coverage_percent,
        is_shuffled, metrics, patrol_window
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def store_evaluation(connection: psycopg.Connection, evaluation: Evaluation) -> None:
    """Write one row a method to places.evaluations, all in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            ROW,
            [
                (
                    evaluation.force,
                    month_start(evaluation.train.first),
                    month_end(evaluation.train.last),
                    month_start(evaluation.test.first),
                    month_end(evaluation.test.last),
                    row["method"],
                    row["coverage_percent"],
                    evaluation.is_shuffled,
                    json.dumps(metrics.without_nan(row), default=str),
                    evaluation.patrol_window,
                )
                for row in evaluation.rows
            ],
        )
