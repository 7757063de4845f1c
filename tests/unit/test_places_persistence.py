from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from rasure.places.evaluation import gamma_poisson_rates
from rasure.places.methods import Training, persistent_cells
from rasure.places.selection import (
    Presence,
    gamma_poisson_prior,
    goes_by_years,
    persistent,
    top_probability,
    years_needed,
    years_of_history,
)
from tests.unit.places_ground import DEFINITION

PRESENCE = Presence(
    crimes=np.array([4, 3, 40, 1]),
    months_with_crime=np.array([4, 3, 2, 1]),
    years_with_crime=np.array([4, 3, 1, 1]),
    months_observed=72,
    years_observed=6,
    cells=10_000,
    wanted=2,
)


@pytest.mark.parametrize(("years", "needed"), [(6, 4), (5, 4), (4, 3), (3, 2), (1, 1)])
def test_four_years_of_six_and_in_proportion(years, needed):
    assert years_needed(years, DEFINITION) == needed


def test_by_years_a_place_persists_or_is_hot_beyond_doubt():
    assert persistent(PRESENCE, DEFINITION, True).tolist() == [True, False, True, False]


def test_by_months_the_share_of_the_observed_months_counts():
    short = replace(PRESENCE, months_observed=6)
    assert persistent(short, DEFINITION, False).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("first", "last", "years"), [(0, 11, 1), (0, 10, 0), (0, 71, 6), (0, 200, 6)]
)
def test_whole_years_back_from_the_last_month(first, last, years):
    assert years_of_history(first, last, DEFINITION) == years


def test_years_count_only_where_days_are_known_and_years_are_enough():
    assert goes_by_years(True, 3, DEFINITION)
    assert not goes_by_years(True, 2, DEFINITION)
    assert not goes_by_years(False, 6, DEFINITION)


def test_the_prior_is_that_of_the_moments_with_or_without_empty_places():
    counts = np.array([0, 0, 0, 0, 6, 2])
    mean, variance = counts.mean(), counts.var()
    beta = mean / (variance - mean)
    expected = pytest.approx((mean * beta, beta))
    assert gamma_poisson_prior(counts, 6) == expected
    assert gamma_poisson_prior(counts[counts > 0], 6) == expected
    assert gamma_poisson_prior(np.ones(6), 6) is None
    rates = gamma_poisson_rates(counts)
    assert rates == pytest.approx((mean * beta + counts) / (beta + 1))


def test_top_probability_agrees_with_simulated_rates():
    rng = np.random.default_rng(4)
    cells, wanted = 3000, 30
    counts = rng.poisson(rng.gamma(0.05, 40.0, cells))
    alpha, beta = gamma_poisson_prior(counts, cells)
    drawn = gamma.rvs(
        alpha + counts, scale=1 / (beta + 1), size=(400, cells), random_state=rng
    )
    limit = np.partition(drawn, cells - wanted, axis=1)[:, cells - wanted, None]
    simulated = (drawn >= limit).mean(axis=0)
    assert np.abs(top_probability(counts, cells, wanted) - simulated).max() < 0.12


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=80),
    st.integers(1, 50),
)
def test_top_probabilities_grow_with_the_count_and_add_up(counts, wanted):
    counts = np.array(counts)
    cells = len(counts) + 1000
    probabilities = top_probability(counts, cells, wanted)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    order = np.argsort(counts)
    assert (np.diff(probabilities[order]) >= -1e-9).all()
    assert probabilities.sum() <= wanted + 1e-6


def test_the_crimes_of_an_unfinished_year_do_not_count():
    """Three years and a half: a place with a crime in the half year is seen in two."""
    observed = np.arange(42)
    cell = np.repeat([0, 1], [2, 2])
    training = Training(
        cell=cell,
        month=np.array([0, 41, 20, 41]),
        score_weight=np.ones(4),
        point=cell,
        kernel=None,
        is_candidate=np.ones(500, dtype=bool),
        observed=observed,
        period_months=1,
        is_day_dated=True,
        wanted=1,
    )
    persistent = persistent_cells(training, replace(DEFINITION, top_probability=1.0))
    assert persistent[:2].tolist() == [False, True]
