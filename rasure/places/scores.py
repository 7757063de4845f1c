"""How hot a place is: decayed harm, with its persistence.

A place scores the sum over its crimes of harm days^power x 2^(-age / half-life). A low
power keeps one grave crime from outweighing years of lesser ones; the decay lets a
place cool. Persistence is the guard against a single bad month.
"""

from __future__ import annotations

import numpy as np

# Sums of the same numbers in another order differ in the last bits; scores are compared
# at this many decimals so that ties are ties.
DECIMALS = 9


def weights(
    harm_days: np.ndarray,
    age_months: np.ndarray,
    half_life_months: float,
    harm_power: float,
) -> np.ndarray:
    """What each event adds to the score of where it was."""
    return harm_days**harm_power * 2.0 ** (-age_months / half_life_months)


def decayed_scores(
    cell: np.ndarray,
    month: np.ndarray,
    harm_days: np.ndarray,
    cells: int,
    half_life_months: float,
    harm_power: float,
) -> np.ndarray:
    """Decayed sum of harm days^power of each cell, as at the last month of the events.

    `cell`, `month` (month numbers) and `harm_days` are one value an event; the answer
    has `cells` values. The choice of the last month scales all scores alike.
    """
    if not len(cell):
        return np.zeros(cells)
    age_months = month.max() - month
    weight = weights(harm_days, age_months, half_life_months, harm_power)
    return np.round(np.bincount(cell, weights=weight, minlength=cells), DECIMALS)


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
