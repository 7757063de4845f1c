"""Which places are persistent: hot over and over, not once.

By months, where the history is short or only says the month: a crime in a share of the
observed months. By years, where the days are known and there are years of them: a crime
in four of six years, or one of the highest rates beyond reasonable doubt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import gamma

from rasure.places.definition import Definition


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
    prior = gamma_poisson_prior(counts, cells)
    if prior is None or not 0 < wanted < cells:
        return np.full(len(counts), min(wanted / cells, 1.0))
    alpha, beta = prior
    events, places = np.unique(counts, return_counts=True)
    events = np.append(events, 0)
    places = np.append(places, cells - len(counts))

    def above(rate: float, seen: np.ndarray) -> np.ndarray:
        return gamma.sf(rate, alpha + seen, scale=1.0 / (beta + 1.0))

    highest = float(events.max() + alpha + 10.0) * 10.0
    limit = brentq(lambda rate: places @ above(rate, events) - wanted, 0.0, highest)
    return above(limit, counts)
