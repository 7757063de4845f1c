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
    after = np.bincount(test_cell, minlength=cells).astype(float)
    best = highest(after, len(chosen[names[0]]))
    sets = [*chosen.values(), best]
    test_draws = resampled_captures(membership(sets, test_cell, cells), draws, rng)
    train_draws = resampled_captures(membership(sets, train_cell, cells), draws, rng)
    rows = {}
    for column, name in enumerate(names):
        row = score_one(chosen[name], train_cell, test_cell, after, best, area_share)
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
    rows[DESIGNATION] |= paired(names, chosen, test_cell, test_draws)
    return rows


def membership(sets: list[np.ndarray], cell: np.ndarray, cells: int) -> np.ndarray:
    """Whether each event lies in each set of cells: (events, sets) booleans."""
    inside = np.zeros((cells, len(sets)), dtype=bool)
    for column, members in enumerate(sets):
        inside[members, column] = True
    return inside[cell]


def score_one(
    chosen: np.ndarray,
    train_cell: np.ndarray,
    test_cell: np.ndarray,
    after: np.ndarray,
    best: np.ndarray,
    area_share: float,
) -> Row:
    """The metrics of one set of cells, with the intervals that a formula gives."""
    captured = int(after[chosen].sum())
    train_hits = int(np.isin(train_cell, chosen).sum())
    rate = captured / len(test_cell)
    low, high = metrics.share_interval(captured, len(test_cell))
    both = metrics.shared(chosen, best)
    score = metrics.pai(rate, area_share)
    score_in_training = metrics.pai(train_hits / len(train_cell), area_share)
    return {
        "events_train": len(train_cell),
        "events_test": len(test_cell),
        "events_captured": captured,
        "hit_rate": rate,
        **limits("hit_rate", low, high),
        "pai": score,
        **limits("pai", low / area_share, high / area_share),
        "is_beyond_chance": low > area_share,
        "pei_star": metrics.pei_star(captured, after, len(chosen)),
        "pai_train": score_in_training,
        "recapture_ratio": metrics.recapture_ratio(score, score_in_training),
        "jaccard": metrics.jaccard(chosen, best),
        **limits("jaccard", *metrics.jaccard_interval(both, len(chosen))),
    }


def paired(
    names: list[str],
    chosen: dict[str, np.ndarray],
    test_cell: np.ndarray,
    test_draws: np.ndarray,
) -> Row:
    """PAI of the designation over that of the better counts, and over the KDE's.

    The areas are the same, so a ratio of PAIs is a ratio of captured events. Within
    each bootstrap sample the better of the two counts is taken, which favours them.
    """
    drawn = dict(zip(names, test_draws.T, strict=False))
    hits = {name: int(np.isin(test_cell, chosen[name]).sum()) for name in names}
    rivals = {"counts": COUNTS, "kde": (KDE,)}
    row = {}
    for rival, members in rivals.items():
        best_draw = np.max([drawn[name] for name in members], axis=0)
        best_hits = max(hits[name] for name in members)
        name = f"ratio_to_{rival}"
        row[name] = hits[DESIGNATION] / best_hits if best_hits else float("nan")
        row |= limits(name, *percentile_interval(ratio(drawn[DESIGNATION], best_draw)))
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
    for metric, values in random.items():
        null = constant[metric] if metric == "jaccard" else values
        row[f"{metric}_null"] = float(np.nanmean(null))
        row |= limits(f"{metric}_null", *percentile_interval(null))
    for metric, values in constant.items():
        if metric not in ("jaccard", "hit_rate"):
            row[f"{metric}_constant_rate"] = float(np.nanmean(values))
            row |= limits(f"{metric}_constant_rate", *percentile_interval(values))
        if metric in ("jaccard", "recapture_ratio"):
            row[f"{metric}_percentile"] = float(
                100.0 * np.mean(values <= observed[metric])
            )
    return row
