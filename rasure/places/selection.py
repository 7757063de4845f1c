"""Which places are hot: their scores, which of them persist, and the highest of them.

What a crime weighs is computed by dbt (the macro `score_weight`): a low power of its
harm keeps one grave crime from outweighing years of lesser ones, the decay lets a place
cool. Persistent places come first, as the guard against a single bad month: they are
hot over and over. By months, where the history is short or only says the month: a crime
in a share of the observed months. By years, where the days are known and there are
years of them: a crime in four of six years, or one of the highest rates beyond
reasonable doubt.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.spatial import cKDTree
from scipy.stats import gamma

from rasure.places.definition import Definition

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


@dataclass(frozen=True)
class Presence:
    """How often each place had a crime, one value a place, and over what history.

    `cells` is the number of places there are, `wanted` how many will be chosen; places
    without a crime need not be among the values.
    """

    crimes: np.ndarray
    months_with_crime: np.ndarray
    years_with_crime: np.ndarray
    months_observed: int
    years_observed: int
    cells: int
    wanted: int


def years_of_history(first_month: int, last_month: int, definition: Definition) -> int:
    """Whole years back from the last month, at most those that are looked at."""
    return min((last_month - first_month + 1) // 12, int(definition.history_years))


def goes_by_years(is_day_dated: bool, years: int, definition: Definition) -> bool:
    """Whether the rule of years holds for such a history."""
    return is_day_dated and years >= definition.least_history_years


def persistent(
    presence: Presence, definition: Definition, by_years: bool
) -> np.ndarray:
    """Which places are persistent, as booleans."""
    if not by_years:
        share = definition.persistence_share
        needed = months_needed(presence.months_observed, share)
        return presence.months_with_crime >= needed
    needed = years_needed(presence.years_observed, definition)
    among = top_probability(presence.crimes, presence.cells, presence.wanted)
    return (presence.years_with_crime >= needed) | (among >= definition.top_probability)


def months_needed(observed_months: int, share: float) -> int:
    """Months with crime that make a place persistent: the share rounded up, at least 1.

    Half of 7 observed months is 4, half of 3 is 2.
    """
    return max(1, math.ceil(share * observed_months - 1e-9))


def years_needed(years: int, definition: Definition) -> int:
    """Years with crime that make a place persistent: 4 of 6, and so 2 of 3."""
    share = definition.persistence_years / definition.history_years
    return max(1, math.ceil(share * years - 1e-9))


def gamma_poisson_prior(counts: np.ndarray, cells: int) -> tuple[float, float] | None:
    """alpha and beta of the rates of `cells` places, by the method of moments.

    `counts` may leave out places without an event. Mean m and variance v over all
    places give beta = m / (v - m), alpha = m beta (Clayton and Kaldor 1987). None where
    the counts are no more spread than Poisson's (v <= m).
    """
    mean = counts.sum() / cells
    variance = (counts.astype(float) ** 2).sum() / cells - mean**2
    if variance <= mean:
        return None
    beta = mean / (variance - mean)
    return mean * beta, beta


def top_probability(counts: np.ndarray, cells: int, wanted: int) -> np.ndarray:
    """The posterior probability that each place's rate is among the `wanted` highest.

    The rate of a place with n events is Gamma(alpha + n, beta + 1). It is compared with
    the rate t that as many places are expected to pass as are wanted,
    sum P(rate > t) = wanted: with thousands of places the true limit hardly varies.
    """
    return probability_among_highest(counts, cells, wanted)(counts)


def probability_among_highest(
    counts: np.ndarray, cells: int, wanted: int
) -> Callable[[np.ndarray], np.ndarray]:
    """`top_probability` of a place with any number of events, given those of all."""
    prior = gamma_poisson_prior(counts, cells)
    if prior is None or not 0 < wanted < cells:
        return lambda seen: np.full(len(seen), min(wanted / cells, 1.0))
    alpha, beta = prior
    events, places = np.unique(counts, return_counts=True)
    events = np.append(events, 0)
    places = np.append(places, cells - len(counts))

    def above(rate: float, seen: np.ndarray) -> np.ndarray:
        return gamma.sf(rate, alpha + seen, scale=1.0 / (beta + 1.0))

    highest = float(events.max() + alpha + 10.0) * 10.0
    limit = brentq(lambda rate: places @ above(rate, events) - wanted, 0.0, highest)
    return lambda seen: above(limit, seen)


def crimes_beyond_doubt(
    counts: np.ndarray, cells: int, wanted: int, probability: float
) -> float:
    """The fewest crimes that give a place at least this `top_probability`.

    `counts` are those of the grid's cells; infinite where no number of crimes does.
    """
    seen = np.arange(10 * int(counts.max(initial=0)) + 100)
    enough = probability_among_highest(counts, cells, wanted)(seen) >= probability
    return float(seen[enough][0]) if enough.any() else math.inf


def cells_to_fill(cell_area_km2: float, target_km2: float, cells: int) -> int:
    """How many equal cells it takes for their area to reach `target_km2`.

    At least one and at most `cells`, so the area passes the target by less than a cell.
    """
    needed = math.ceil(target_km2 / cell_area_km2 - 1e-9)
    return min(max(needed, 1), cells)


def grown(
    centres: np.ndarray, reach_metres: float, hot_spots: int, each: int
) -> list[list[int]]:
    """Hot spots of up to `each` places, as numbers of the places, hottest first.

    `centres` are those of the places, best first, as an (n, 2) array in metres. Each
    hot spot begins with the best place that is left and grows by the best one within
    reach of one that it has. There are fewer where no place is left.
    """
    if not len(centres):
        return []
    near = cKDTree(centres).query_ball_point(centres, reach_metres)
    is_left = np.ones(len(centres), dtype=bool)
    groups: list[list[int]] = []
    for first in range(len(centres)):
        if len(groups) == hot_spots:
            break
        if not is_left[first]:
            continue
        members = [first]
        is_left[first] = False
        around = set(near[first])
        while len(members) < each:
            around = {place for place in around if is_left[place]}
            if not around:
                break
            members.append(min(around))
            is_left[members[-1]] = False
            around.update(near[members[-1]])
        groups.append(members)
    return groups


def highest(score: np.ndarray, wanted: int) -> np.ndarray:
    """Indices of the `wanted` highest scores, highest first, ties by index.

    The whole grid is 150,000 cells, most of them empty, and this runs thousands of
    times in a simulation: so empty cells are left out where enough others are there,
    and only the values above the threshold are sorted.
    """
    if wanted <= 0:
        return np.zeros(0, dtype=int)
    if wanted >= len(score):
        return np.lexsort((np.arange(len(score)), -score))
    filled = np.flatnonzero(score > 0)
    if wanted <= len(filled) < len(score):
        return filled[highest(score[filled], wanted)]
    threshold = np.partition(score, len(score) - wanted)[len(score) - wanted]
    above = np.flatnonzero(score > threshold)
    above = above[np.argsort(-score[above], kind="stable")]
    tied = np.flatnonzero(score == threshold)[: wanted - len(above)]
    return np.concatenate([above, tied])


def select(
    score: np.ndarray,
    wanted: int,
    is_candidate: np.ndarray,
    is_preferred: np.ndarray | None = None,
) -> np.ndarray:
    """The `wanted` candidates of highest score, highest first, preferred ones ahead.

    Preferred cells (persistent places) come before all others whatever their score;
    the others only fill what is left. Ties go to the lower index.
    """
    allowed = np.where(is_candidate, score, -np.inf)
    wanted = min(wanted, int(is_candidate.sum()))
    if is_preferred is None:
        return highest(allowed, wanted)
    first = is_candidate & is_preferred
    chosen = highest(np.where(first, score, -np.inf), min(wanted, int(first.sum())))
    if len(chosen) == wanted:
        return chosen
    rest = highest(np.where(first, -np.inf, allowed), wanted - len(chosen))
    return np.concatenate([chosen, rest])
