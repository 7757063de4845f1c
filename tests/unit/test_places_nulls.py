import numpy as np
import pytest

from rasure.places import evaluation


def test_gamma_poisson_keeps_the_total_and_shrinks_to_the_mean():
    counts = np.array([0, 0, 0, 0, 2, 10], dtype=float)
    rates = evaluation.gamma_poisson_rates(counts)
    # m = 2, v = (4 x 4 + 0 + 64) / 6 = 40/3, so beta = 2 / (40/3 - 2) and alpha 2 beta.
    beta = 3 / 17
    assert rates[5] == pytest.approx((2 * beta + 10) / (beta + 1))
    assert rates.sum() == pytest.approx(counts.sum())
    assert 2 < rates[5] < 10
    assert 0 < rates[0] < 2


def test_counts_no_more_spread_than_chance_share_one_rate():
    assert evaluation.gamma_poisson_rates(np.array([3, 3, 3])).tolist() == [3, 3, 3]


def test_events_are_thrown_in_proportion_to_the_rates():
    rng = np.random.default_rng(2)
    thrown = evaluation.throw(np.array([1.0, 0.0, 3.0]), 40_000, rng)
    shares = np.bincount(thrown, minlength=3) / 40_000
    assert shares == pytest.approx([0.25, 0.0, 0.75], abs=0.01)
