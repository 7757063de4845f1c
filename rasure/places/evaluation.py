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
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psycopg
import shapely
from scipy.spatial import cKDTree

from rasure.places import metrics
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces
from rasure.places.events import Events, Grid
from rasure.places.free import (
    FREE,
    QUIET,
    Hexagons,
    choose_freely,
    choose_staffed,
    hexagons_a_hot_spot,
    place_best,
    side_of,
    touching_metres,
)
from rasure.places.methods import (
    COUNTS,
    GRID,
    KDE,
    Training,
    choose,
    choose_by,
    quartic_kernel,
)
from rasure.places.selection import (
    cells_to_fill,
    gamma_poisson_prior,
    grown,
    highest,
)
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


def scattered(
    cell: np.ndarray, grid: Grid, pool: Events, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A point for each event of a cell: where an event of `pool` in that cell lies.

    In a cell without any, anywhere in the cell. Returns x and y.
    """
    order = np.argsort(pool.cell, kind="stable")
    number = np.bincount(pool.cell, minlength=len(grid.x))[cell]
    first = np.searchsorted(pool.cell[order], cell)
    at = np.minimum(
        first + (rng.random(len(cell)) * number).astype(int), len(order) - 1
    )
    x, y = anywhere_in(grid.x[cell], grid.y[cell], grid, rng)
    is_known = number > 0
    x[is_known] = pool.x[order][at[is_known]]
    y[is_known] = pool.y[order][at[is_known]]
    return x, y


def anywhere_in(
    x: np.ndarray, y: np.ndarray, grid: Grid, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A point at random in the hexagon around each centre; returns x and y.

    A hexagon is three rhombi, each spanned by two of three alternate corners.
    """
    side = side_of(float(grid.area_km2.mean()))
    angle = 2.0 * math.pi / 3.0 * rng.integers(0, 3, len(x))
    one, other = side * rng.random((2, len(x)))
    turned = angle + 2.0 * math.pi / 3.0
    return (
        x + one * np.cos(angle) + other * np.cos(turned),
        y + one * np.sin(angle) + other * np.sin(turned),
    )


@dataclass(frozen=True)
class Period:
    """What a hold-out is made of: the ground, the two periods, the number of places.

    `observed` are the observed months of the training period, ascending;
    `recent_months` is how many of them the counts of the last period are of;
    `published` is the method by which hot places are published.
    """

    grid: Grid
    train: Window
    test: Window
    definition: Definition
    is_candidate: np.ndarray
    observed: np.ndarray
    recent_months: int
    places: int
    published: str = GRID

    def split(self, events: Events) -> tuple[Events, Events]:
        """The events of the training period, and those of the test period."""
        return (
            events.where(self.train.holds(events.month)),
            events.where(self.test.holds(events.month)),
        )


def period_of(
    grid: Grid, events: Events, train: Window, test: Window, definition: Definition
) -> Period:
    """A hold-out of some events, those at institutions included.

    Raises `WindowRejected` or `NoPlaces` when there is nothing to score.
    """
    observed = train.observed(grid.observed, "training")
    observed_test = test.observed(grid.observed, "test")
    is_candidate = ~institution_cells(grid, events, train, definition)
    period = Period(
        grid=grid,
        train=train,
        test=test,
        definition=definition,
        is_candidate=is_candidate,
        observed=observed,
        recent_months=len(observed_test),
        places=places_wanted(grid, definition, int(is_candidate.sum())),
    )
    before, after = period.split(events.where(~events.is_at_institution))
    if not len(before.cell) or not len(after.cell):
        raise NoPlaces(
            f"There is no crime in scope to train on ({train}) or to test on ({test})."
        )
    return period


def places_wanted(grid: Grid, definition: Definition, candidates: int) -> int:
    """How many hexagons a designation has: its hot spots', or those of its share."""
    cell_km2 = float(grid.area_km2.mean())
    if definition.by_number:
        each = hexagons_a_hot_spot(cell_km2, definition)
        return min(int(definition.staffed_hot_spots) * each, candidates)
    target_km2 = grid.force_area_km2 * definition.coverage_percent / 100.0
    return cells_to_fill(cell_km2, target_km2, candidates)


def captured(
    events: Events, at_institutions: Events, period: Period
) -> dict[str, metrics.Captures]:
    """What every method captures of one history, by its name."""
    before, after = period.split(events)
    training = training_on(before, period)
    captures = captures_on_grid(training, after.cell, period)
    seen_before = together(before, period.split(at_institutions)[0])
    captures[FREE] = captures_freely(seen_before, after, period)
    if period.definition.by_number and period.published == GRID:
        captures[DESIGNATION] = captures_of_cells(
            staffed_cells(training, period), training, after.cell, period
        )
    elif period.definition.by_number:
        captures[DESIGNATION] = captures_staffed(seen_before, after, period)
    return captures


def captures_on_grid(
    training: Training, after: np.ndarray, period: Period
) -> dict[str, metrics.Captures]:
    """What each method that scores cells captures; `after` are the test cells."""
    fullest = highest(np.bincount(after, minlength=training.cells), period.places)
    return {
        name: captures_of_cells(chosen, training, after, period, fullest)
        for name, chosen in choose(training, period.definition, period.places).items()
    }


def captures_of_cells(
    chosen: np.ndarray,
    training: Training,
    after: np.ndarray,
    period: Period,
    fullest: np.ndarray | None = None,
) -> metrics.Captures:
    """What some cells capture. `fullest` are the cells that hold most of `after`."""
    if fullest is None:
        counts = np.bincount(after, minlength=training.cells)
        fullest = highest(counts, period.places)
    return metrics.Captures(
        train=inside(chosen, training.cell, training.cells),
        test=inside(chosen, after, training.cells),
        best=inside(fullest, after, training.cells),
        shared=metrics.shared_cells(chosen, fullest),
    )


def staffed_cells(training: Training, period: Period) -> np.ndarray:
    """The cells of the hot spots that a force can staff, as they are designated."""
    grid, definition = period.grid, period.definition
    order = choose_by(GRID, training, definition, QUIET * period.places)
    cell_km2 = float(grid.area_km2.mean())
    groups = grown(
        np.column_stack([grid.x[order], grid.y[order]]),
        touching_metres(cell_km2),
        int(definition.staffed_hot_spots),
        hexagons_a_hot_spot(cell_km2, definition),
    )
    return order[np.array([place for group in groups for place in group], dtype=int)]


def inside(chosen: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
    """Which events, given as cells, lie in the chosen ones, as booleans."""
    is_chosen = np.zeros(cells, dtype=bool)
    is_chosen[chosen] = True
    return is_chosen[cell]


def captures_freely(before: Events, after: Events, period: Period) -> metrics.Captures:
    """What the method `free` captures.

    `before` holds the events at institutions too, `after` does not. The best places of
    the test period are placed freely on its own events.
    """
    chosen = choose_freely(
        period.grid, before, period.observed, period.definition, period.places
    )
    return captures_of_hexagons(chosen, before, after, period)


def captures_staffed(before: Events, after: Events, period: Period) -> metrics.Captures:
    """What the hot spots capture that are placed freely and that a force can staff."""
    chosen = choose_staffed(period.grid, before, period.observed, period.definition)
    return captures_of_hexagons(chosen, before, after, period)


def captures_of_hexagons(
    chosen: Hexagons, before: Events, after: Events, period: Period
) -> metrics.Captures:
    """What some placed hexagons capture; takes what `captures_freely` takes."""
    best = place_best(period.grid, after, period.definition, period.places)
    ranks = before.where(~before.is_at_institution)
    ground = shapely.intersection(
        shapely.union_all(chosen.polygons()), shapely.union_all(best.polygons())
    ).area
    cell_m2 = float(period.grid.area_km2.mean()) * 1e6
    return metrics.Captures(
        train=chosen.holding(ranks.x, ranks.y) >= 0,
        test=chosen.holding(after.x, after.y) >= 0,
        best=best.holding(after.x, after.y) >= 0,
        shared=min(ground / cell_m2, float(period.places)),
    )


def simulate(
    training: Training,
    rates: np.ndarray,
    pool: Events,
    at_institutions: Events,
    test_events: int,
    period: Period,
    area_share: float,
    draws: int,
    rng: np.random.Generator,
    say: Callable[[str], None],
) -> dict[str, dict[str, np.ndarray]]:
    """The metrics of every method in `draws` simulated histories: method -> metric.

    `training` gives the months and weights; its kernel must be between the cell
    centroids, because for the methods of the grid a thrown event lies at one. The
    method `free` costs more than all others together, so it has `FREE_NULL_DRAWS`; for
    it a thrown event lies where one of `pool` in the same cell lies, or anywhere in it.
    The function calls `say` with the number of histories done, at most ten times.
    """
    by_method: dict[str, list[dict[str, float]]] = {}
    for draw in range(draws):
        if draw and draw % max(draws // 10, 1) == 0:
            say(f"{draw:,} of {draws:,} simulated histories")
        order = rng.permutation(len(training.cell))
        cell = throw(rates, len(training.cell), rng)
        history = dataclasses.replace(
            training,
            cell=cell,
            point=cell,
            month=training.month[order],
            score_weight=training.score_weight[order],
        )
        after = throw(rates, test_events, rng)
        captures = captures_on_grid(history, after, period)
        if period.definition.by_number and period.published == GRID:
            captures[DESIGNATION] = captures_of_cells(
                staffed_cells(history, period), history, after, period
            )
        if draw < FREE_NULL_DRAWS:
            before = dataclasses.replace(
                events_at(cell, *scattered(cell, period.grid, pool, rng)),
                month=history.month,
                score_weight=history.score_weight,
            )
            later = events_at(after, *scattered(after, period.grid, pool, rng))
            before = together(before, at_institutions)
            captures[FREE] = captures_freely(before, later, period)
            if period.definition.by_number and period.published == FREE:
                captures[DESIGNATION] = captures_staffed(before, later, period)
        for name, one in captures.items():
            by_method.setdefault(name, []).append(
                metrics.of_places(one, period.places, area_share)
            )
    return {
        name: {metric: np.array([row[metric] for row in rows]) for metric in rows[0]}
        for name, rows in by_method.items()
    }


def events_at(cell: np.ndarray, x: np.ndarray, y: np.ndarray) -> Events:
    """Events that rank a place, at points of cells, all of one month and weight."""
    return Events(
        cell=cell,
        month=np.zeros(len(cell), dtype=int),
        score_weight=np.ones(len(cell)),
        x=x,
        y=y,
        is_at_institution=np.zeros(len(cell), dtype=bool),
    )


def together(one: Events, other: Events) -> Events:
    """The events of both, one after the other."""
    return Events(
        **{
            name: np.concatenate([values, getattr(other, name)])
            for name, values in vars(one).items()
        }
    )


NULL_DRAWS = 500
FREE_NULL_DRAWS = 10
SHUFFLES = 5
DESIGNATION = "designation"  # the method that is published, as a row of its own


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
    jitter_metres: float = 0.0,
    crime_types: str | None = None,
    published: str = GRID,
    say: Callable[[str], None] = lambda line: None,
) -> Evaluation:
    """Score every method on the test period; the same seed gives the same figures.

    `events` are the crimes in scope that lie in a hexagon; those at institutions are
    left out, and so are places that are mostly an institution's in the training period.
    With jitter each event is moved at random first. When shuffled, the crimes are
    thrown at random points `SHUFFLES` times and the figures are of all of these
    together. `crime_types` only names what `events` are of. `published` is the method
    by which the force's hot places are published, `grid` or `free`: the row of the
    designation. `say` is given a line of progress now and then. Raises `WindowRejected`
    or `NoPlaces` when there is nothing to score.
    """
    check_hold_out(train, test)
    shuffling, scoring_draws, *null_draws, jittering = (
        np.random.default_rng([seed, stream]) for stream in range(5)
    )
    if jitter_metres:
        events = jittered(events, grid, jitter_metres, jittering)
    period = period_of(grid, events, train, test, definition)
    period = dataclasses.replace(period, published=published)
    centres = np.column_stack([grid.x, grid.y])
    at_institutions = events.where(events.is_at_institution)
    events = events.where(~events.is_at_institution)
    histories = [events]
    if is_shuffled:
        histories = [shuffled(events, grid, shuffling) for _ in range(SHUFFLES)]
    say(f"choosing {period.places:,} places by each method")
    captures = [
        with_designation(captured(one, at_institutions, period), published)
        for one in histories
    ]
    # A is the area of the cells: crimes that lie in none, at the border, are not in N.
    size = len(centres)
    area_share = period.places / size
    rows = metrics.score_methods(
        {name: metrics.joined([one[name] for one in captures]) for name in ROWS},
        period.places * len(histories),
        area_share,
        draws,
        scoring_draws,
    )
    before, after = period.split(histories[0])
    thrown = dataclasses.replace(
        training_on(before, period),
        kernel=quartic_kernel(centres, centres, definition.kde_bandwidth_metres),
    )
    pool = together(before, after)
    rates = gamma_poisson_rates(np.bincount(pool.cell, minlength=size))
    nowhere = pool.where(np.zeros(len(pool.cell), dtype=bool))
    random, constant = (
        with_designation(
            simulate(
                thrown,
                each_rate,
                each_pool,
                period.split(at_institutions)[0],
                len(after.cell),
                period,
                area_share,
                min(draws, NULL_DRAWS),
                generator,
                lambda line, chance=chance: say(f"{chance}: {line}"),
            ),
            published,
        )
        for chance, each_rate, each_pool, generator in zip(
            ("random locations", "constant rates"),
            (grid.area_km2, rates),
            (nowhere, pool),
            null_draws,
            strict=True,
        )
    )
    about = {
        "patrol_window": patrol_window,
        "crime_types": crime_types,
        "jitter_metres": jitter_metres,
        "coverage_percent": definition.coverage_percent,
        "area_percent": 100.0 * area_share,
        "hexagons": period.places,
        "area_km2": period.places * float(grid.area_km2.mean()),
        "is_shuffled": is_shuffled,
        "shuffles": SHUFFLES if is_shuffled else 0,
        "published_method": published,
    }
    return Evaluation(
        force=grid.force,
        train=train,
        test=test,
        observed_train=period.observed,
        observed_test=test.observed(grid.observed, "test"),
        is_shuffled=is_shuffled,
        patrol_window=patrol_window,
        rows=[
            {"method": name, **about, **row}
            | metrics.expectations(row, random[name], constant[name])
            for name, row in rows.items()
        ],
    )


ROWS = (DESIGNATION, GRID, FREE, *COUNTS, KDE)


def with_designation(by_method: dict, published: str) -> dict:
    """What is known of each method, and of the designation as it is published.

    That is one of the methods, unless it is made by number of hot spots.
    """
    return {DESIGNATION: by_method[published]} | by_method


def shuffled(events: Events, grid: Grid, rng: np.random.Generator) -> Events:
    """The same events at points drawn at random by area."""
    cell = rng.permutation(throw(grid.area_km2, len(events.cell), rng))
    x, y = anywhere_in(grid.x[cell], grid.y[cell], grid, rng)
    return dataclasses.replace(events, cell=cell, x=x, y=y)


def jittered(
    events: Events, grid: Grid, metres: float, rng: np.random.Generator
) -> Events:
    """Each event moved to a point at random within `metres` of its own.

    An event that would leave the force stays where it is, as does one whose point is
    not known.
    """
    angle = rng.random(len(events.x)) * 2.0 * math.pi
    away = metres * np.sqrt(rng.random(len(events.x)))
    x, y = events.x + away * np.cos(angle), events.y + away * np.sin(angle)
    is_known = np.isfinite(x) & np.isfinite(y)
    distance, cell = cKDTree(np.column_stack([grid.x, grid.y])).query(
        np.where(is_known[:, None], np.column_stack([x, y]), 0.0)
    )
    is_moved = is_known & (distance <= side_of(float(grid.area_km2.mean())))
    return dataclasses.replace(
        events,
        cell=np.where(is_moved, cell, events.cell),
        x=np.where(is_moved, x, events.x),
        y=np.where(is_moved, y, events.y),
    )


def training_on(before: Events, period: Period) -> Training:
    """What the methods of the grid may see: the events of the training period."""
    points, point = np.unique(
        np.column_stack([before.x, before.y]), axis=0, return_inverse=True
    )
    centres = np.column_stack([period.grid.x, period.grid.y])
    return Training(
        cell=before.cell,
        month=before.month,
        score_weight=before.score_weight,
        point=point.ravel(),
        kernel=quartic_kernel(points, centres, period.definition.kde_bandwidth_metres),
        is_candidate=period.is_candidate,
        observed=period.observed,
        period_months=period.recent_months,
        is_day_dated=period.grid.is_day_dated,
    )


def institution_cells(
    grid: Grid, events: Events, train: Window, definition: Definition
) -> np.ndarray:
    """Which cells are mostly an institution's, by the crimes of the training period."""
    seen = events.where(train.holds(events.month))
    crimes = np.bincount(seen.cell, minlength=len(grid.x))
    at_institution = np.bincount(
        seen.cell[seen.is_at_institution], minlength=len(grid.x)
    )
    return (at_institution > 0) & (
        at_institution >= definition.institution_share * crimes
    )


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
