"""Figures worked by hand on a grid of ten cells."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasure.places import metrics

# Test events of ten equal cells: 20 in all.
COUNTS = np.array([8.0, 5, 3, 2, 1, 1, 0, 0, 0, 0])


def test_pai_is_share_of_events_over_share_of_area():
    # Cells 0 and 2 hold 11 of 20 events on 2 of 10 cells: 0.55 / 0.2.
    assert metrics.pai(11 / 20, 2 / 10) == pytest.approx(2.75)


def test_pai_of_the_whole_force_is_one():
    assert metrics.pai(1.0, 1.0) == 1.0


def test_pei_star_compares_with_the_fullest_cells_of_the_same_area():
    # The two fullest hold 8 + 5 = 13; cells 0 and 2 hold 11.
    assert metrics.pei_star(11, 13) == pytest.approx(11 / 13)
    assert metrics.pei_star(13, 13) == 1.0


def test_pei_star_without_events_is_not_a_number():
    assert math.isnan(metrics.pei_star(0, 0))


def test_recapture_is_pai_after_over_pai_before():
    assert metrics.recapture_ratio(2.75, 5.5) == 0.5
    assert math.isnan(metrics.recapture_ratio(2.75, 0.0))


def test_jaccard_counts_cells_in_both_over_cells_in_either():
    assert metrics.jaccard(np.array([0, 1, 2]), np.array([2, 3, 0])) == 2 / 4
    assert metrics.jaccard(np.array([0, 1]), np.array([1, 0])) == 1.0
    assert metrics.jaccard(np.array([0, 1]), np.array([2, 3])) == 0.0


def test_share_interval_is_clopper_and_pearson():
    # Published table value for 5 of 20 at 95%: 0.0866 to 0.4910.
    assert metrics.share_interval(5, 20) == pytest.approx((0.08657, 0.49105), abs=1e-5)
    assert metrics.share_interval(0, 20)[0] == 0.0
    assert metrics.share_interval(0, 0) == (0.0, 1.0)


def test_jaccard_interval_is_wilson_carried_through():
    # Wilson for 10 of 20 is 0.29930 to 0.70070; J = p / (2 - p).
    low, high = metrics.jaccard_interval(10, 20)
    assert low == pytest.approx(0.29930 / 1.70070, abs=1e-5)
    assert high == pytest.approx(0.70070 / 1.29930, abs=1e-5)


def test_the_metrics_of_a_set_of_cells():
    # Chosen on 10 events, 8 of them in cells 0 and 2; cells 0 and 1 are the fullest.
    before = np.repeat(np.arange(10), [5, 1, 3, 0, 0, 0, 0, 0, 0, 1])
    after = np.repeat(np.arange(10), COUNTS.astype(int))
    captures = metrics.Captures(
        train=np.isin(before, [0, 2]),
        test=np.isin(after, [0, 2]),
        best=np.isin(after, [0, 1]),
        shared=1,
    )
    expected = {
        "hit_rate": 11 / 20,
        "pai": 2.75,
        "pei_star": 11 / 13,
        "recapture_ratio": 2.75 / 4.0,
        "jaccard": 1 / 3,
    }
    assert metrics.of_places(captures, 2, 0.2) == pytest.approx(expected)
    twice = metrics.joined([captures, captures])
    assert metrics.of_places(twice, 4, 0.2) == pytest.approx(expected)


@given(st.integers(1, 50), st.data())
def test_jaccard_lies_in_its_interval(cells, data):
    both = data.draw(st.integers(0, cells))
    low, high = metrics.jaccard_interval(both, cells)
    index = both / (2 * cells - both)
    assert low - 1e-12 <= index <= high + 1e-12
