"""How hot a place is: the weights of its crimes, summed.

What a crime weighs is computed by dbt (the macro `score_weight`): a low power of its
harm keeps one grave crime from outweighing years of lesser ones, the decay lets a place
cool. Persistence is the guard against a single bad month.
"""

from __future__ import annotations

import numpy as np

# Sums of the same numbers in another order differ in the last bits; scores are compared
# at this many decimals of the highest so that ties are ties.
DECIMALS = 12


def cell_scores(cell: np.ndarray, score_weight: np.ndarray, cells: int) -> np.ndarray:
    """The weights of the events of each cell, summed, as shares of the highest sum.

    `cell` and `score_weight` are one value an event; the answer has `cells` values. The
    scores as at any month are in the same proportions.
    """
    total = np.bincount(cell, weights=score_weight, minlength=cells)
    highest = total.max(initial=0.0)
    return np.round(total / highest, DECIMALS) if highest else total


def simulated_weights(
    harm_days: np.ndarray,
    month: np.ndarray,
    half_life_months: float,
    harm_power: float,
) -> np.ndarray:
    """What crimes that are in no warehouse weigh, as at the last of their months.

    For forces that are simulated in memory; the weights of all others are dbt's, and a
    test holds these to the same proportions.
    """
    age_months = month.max(initial=0) - month
    return harm_days**harm_power * 2.0 ** (-age_months / half_life_months)


def months_with_crime(cell: np.ndarray, month: np.ndarray, cells: int) -> np.ndarray:
    """In how many different months each cell had an event: `cells` integers.

    Given numbers of years instead, it counts those.
    """
    if not len(cell):
        return np.zeros(cells, dtype=int)
    months = month.max() - month.min() + 1
    pairs = np.sort(cell.astype(np.int64) * months + (month - month.min()))
    is_new = np.append(True, pairs[1:] != pairs[:-1])
    return np.bincount(pairs[is_new] // months, minlength=cells)
