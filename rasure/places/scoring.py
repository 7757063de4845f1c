"""One row of figures for each method: the metrics, their intervals and their nulls."""

from __future__ import annotations

import numpy as np

from rasure.places import metrics
from rasure.places.bootstrap import percentile_interval, ratio, resampled_captures
from rasure.places.methods import COUNTS, DESIGNATION, KDE
from rasure.places.selection import highest

Row = dict[str, object]


def score_methods(
    chosen: dict[str, np.ndarray],
    train_cell: np.ndarray,
    test_cell: np.ndarray,
    cells: int,
    area_share: float,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, Row]:
    """Observed metrics and their 95% intervals, by method.

    `chosen` holds each method's cell indices, `train_cell` and `test_cell` the cell of
    each event, `cells` the size of the grid, `area_share` a / A.
    """
    names = list(chosen)
    before = np.bincount(train_cell, minlength=cells)
    after = np.bincount(test_cell, minlength=cells)
    fullest = highest(after, len(chosen[DESIGNATION]))
    sets = [*chosen.values(), fullest]
    test_draws = resampled_captures(membership(sets, test_cell, cells), draws, rng)
    train_draws = resampled_captures(membership(sets, train_cell, cells), draws, rng)
    rows = {}
    for column, name in enumerate(names):
        row = score_one(chosen[name], before, after, fullest, area_share)
        efficiency = ratio(test_draws[:, column], test_draws[:, -1])
        row |= limits("pei_star", *percentile_interval(np.minimum(efficiency, 1.0)))
        row |= limits(
            "recapture_ratio",
            *percentile_interval(
                ratio(
                    test_draws[:, column] / max(len(test_cell), 1),
                    train_draws[:, column] / max(len(train_cell), 1),
                )
            ),
        )
        rows[name] = row
    captured = {name: row["events_captured"] for name, row in rows.items()}
    rows[DESIGNATION] |= paired(captured, dict(zip(names, test_draws.T, strict=False)))
    return rows


def membership(sets: list[np.ndarray], cell: np.ndarray, cells: int) -> np.ndarray:
    """Whether each event lies in each set of cells: (events, sets) booleans."""
    inside = np.zeros((cells, len(sets)), dtype=bool)
    for column, members in enumerate(sets):
        inside[members, column] = True
    return inside[cell]


def score_one(
    chosen: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    fullest: np.ndarray,
    area_share: float,
) -> Row:
    """The metrics of one set of cells, with the intervals that a formula gives."""
    captured, events = int(after[chosen].sum()), int(after.sum())
    low, high = metrics.share_interval(captured, events)
    both = metrics.shared(chosen, fullest)
    return {
        "events_train": int(before.sum()),
        "events_test": events,
        "events_captured": captured,
        **metrics.of_places(chosen, before, after, fullest, area_share),
        **limits("hit_rate", low, high),
        **limits("pai", low / area_share, high / area_share),
        **limits("jaccard", *metrics.jaccard_interval(both, len(chosen))),
        "pai_train": float(before[chosen].sum() / before.sum() / area_share),
        "is_beyond_chance": low > area_share,
    }


def paired(captured: dict[str, int], drawn: dict[str, np.ndarray]) -> Row:
    """PAI of the designation over that of the better counts, and over the KDE's.

    `captured` and `drawn` are the events that each method captured, observed and in
    the bootstrap samples. The areas are the same, so a ratio of PAIs is one of captured
    events. In each sample the better of the two counts is taken, which favours them.
    """
    row = {}
    for rival, members in (("counts", COUNTS), ("kde", (KDE,))):
        name = f"ratio_to_{rival}"
        most = max(captured[member] for member in members)
        most_drawn = np.max([drawn[member] for member in members], axis=0)
        row[name] = captured[DESIGNATION] / most if most else float("nan")
        row |= limits(name, *percentile_interval(ratio(drawn[DESIGNATION], most_drawn)))
    return row


def limits(name: str, low: float, high: float) -> Row:
    """The two keys of an interval."""
    return {f"{name}_low": low, f"{name}_high": high}


def expectations(
    observed: Row, random: dict[str, np.ndarray], constant: dict[str, np.ndarray]
) -> Row:
    """Null expectations of each metric, with the middle 95% of the simulations.

    `<metric>_null` is of random locations, but for Jaccard of constant rates;
    `<metric>_constant_rate` is of constant rates for the others, and each
    `_percentile` is the share of those simulations at or below the observed value.
    """
    row: Row = {}
    for metric in random:
        null = constant if metric == "jaccard" else random
        row |= summary(f"{metric}_null", null[metric])
    for metric in ("pai", "pei_star", "recapture_ratio"):
        row |= summary(f"{metric}_constant_rate", constant[metric])
    for metric in ("recapture_ratio", "jaccard"):
        below = np.mean(constant[metric] <= observed[metric])
        row[f"{metric}_percentile"] = float(100.0 * below)
    return row


def summary(name: str, simulated: np.ndarray) -> Row:
    """The mean of simulated values, under `name`, and their middle 95%."""
    mean = {name: float(np.nanmean(simulated))}
    return mean | limits(name, *percentile_interval(simulated))
