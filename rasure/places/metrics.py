"""How well a set of places caught the crimes that followed.

n events in the set of N, area a of the set, A of the force. Sources: PAI, Chainey,
Tompson and Uhlig 2008; PEI*, the US National Institute of Justice's 2017 forecasting
challenge, which scores against the best set of the same area; recapture ratio, Levine
2008, who calls it the recapture rate index. Intervals: Clopper and Pearson 1934 for a
share, Wilson 1927 for the overlap of two sets.
"""

from __future__ import annotations

import numpy as np
from scipy import stats


def pai(hit_rate, area_share: float):
    """Predictive accuracy index (n / N) / (a / A); 1 is what chance gives."""
    return hit_rate / area_share


def pei_star(captured: float, most: float) -> float:
    """Captured events over the most that as many (equal) cells hold.

    Not a number without events.
    """
    return captured / most if most else float("nan")


def recapture_ratio(pai_test: float, pai_train: float) -> float:
    """PAI of the same places in the test over that in the training period.

    Below 1 even when nothing changes, because places are chosen for their past: read
    it beside its expectation. Not a number when the places caught nothing in training.
    """
    return pai_test / pai_train if pai_train else float("nan")


def jaccard(one: np.ndarray, other: np.ndarray) -> float:
    """Cells in both sets over cells in either; the sets are arrays of cell indices."""
    both = shared(one, other)
    either = len(one) + len(other) - both
    return both / either if either else float("nan")


def shared(one: np.ndarray, other: np.ndarray) -> int:
    """How many cells are in both sets."""
    return len(set(one.tolist()) & set(other.tolist()))


def of_places(
    chosen: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    fullest: np.ndarray,
    area_share: float,
) -> dict[str, float]:
    """The five metrics of a set of cells, by name.

    `before` and `after` are the events of every cell in the training and the test
    period, `fullest` as many cells as `chosen` that have the most in the test period.
    """
    captured = after[chosen].sum()
    hit_rate = captured / after.sum()
    score = pai(hit_rate, area_share)
    score_in_training = pai(before[chosen].sum() / before.sum(), area_share)
    return {
        "hit_rate": float(hit_rate),
        "pai": float(score),
        "pei_star": float(pei_star(captured, after[fullest].sum())),
        "recapture_ratio": float(recapture_ratio(score, score_in_training)),
        "jaccard": jaccard(chosen, fullest),
    }


def share_interval(
    hits: int, trials: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Exact (Clopper-Pearson) interval of a share; (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    found = stats.binomtest(int(hits), int(trials)).proportion_ci(
        confidence, method="exact"
    )
    return float(found.low), float(found.high)


def jaccard_interval(
    both: int, cells: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of the Jaccard index of two sets of `cells` cells that share `both`.

    Wilson's interval of the shared share p = both / cells, carried through
    J = p / (2 - p).
    """
    found = stats.binomtest(int(both), int(cells)).proportion_ci(
        confidence, method="wilson"
    )
    return tuple(float(p / (2.0 - p)) for p in (found.low, found.high))
