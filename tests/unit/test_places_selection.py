import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasure.places import selection
from rasure.places.selection import cells_to_fill, highest, select

EVERY = np.ones(6, dtype=bool)


def test_decay_halves_a_crime_in_a_half_life():
    # One crime of 16 days now, one 24 months ago, one of 4 days 48 months ago.
    harm_days, month = np.array([16.0, 16.0, 4.0]), np.array([48, 24, 0])
    weights = selection.simulated_weights(harm_days, month, 24.0, 0.5)
    assert weights.tolist() == [4.0, 4 / 2, 2 / 4]


def test_the_score_of_a_cell_is_the_sum_of_its_weights():
    cell, weights = np.array([0, 1, 1]), np.array([4.0, 2.0, 0.5])
    assert selection.cell_scores(cell, weights, 3).tolist() == [1.0, 0.625, 0.0]
    assert selection.cell_scores(cell[:0], weights[:0], 2).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("power", "score"), [(0.0, 1.0), (0.25, 2.0), (1.0, 16.0)])
def test_the_power_says_how_much_the_harm_of_a_crime_counts(power, score):
    one = np.array([16.0]), np.array([0]), 24.0, power
    assert selection.simulated_weights(*one).tolist() == [score]


def test_an_event_weighs_less_the_older_and_more_the_graver():
    harm_days, month = np.array([9.0, 16.0]), np.array([24, 0])
    weights = selection.simulated_weights(harm_days, month, 24.0, 0.5)
    assert weights.tolist() == [3.0, 2.0]


def test_scores_do_not_depend_on_the_order_of_the_events():
    rng = np.random.default_rng(3)
    cell, weights = rng.integers(0, 5, 400), rng.uniform(1, 4000, 400)
    order = rng.permutation(400)
    one = selection.cell_scores(cell, weights, 5)
    other = selection.cell_scores(cell[order], weights[order], 5)
    assert one.tolist() == other.tolist()


def test_months_with_crime_counts_each_month_once():
    cell = np.array([0, 0, 0, 1, 1, 3])
    month = np.array([7, 7, 9, 8, 9, 7])
    assert selection.months_with_crime(cell, month, 4).tolist() == [2, 2, 0, 1]


@pytest.mark.parametrize(
    ("observed", "share", "needed"),
    [(7, 0.5, 4), (3, 0.5, 2), (10, 0.5, 5), (1, 0.5, 1), (10, 0.7, 7), (10, 0.0, 1)],
)
def test_persistence_needs_the_share_rounded_up(observed, share, needed):
    assert selection.months_needed(observed, share) == needed


@pytest.mark.parametrize(
    ("cell", "target", "cells", "chosen"),
    [(0.04, 7.5, 1000, 188), (0.04, 0.4, 1000, 10), (0.04, 0.001, 9, 1), (1, 99, 5, 5)],
)
def test_cells_reach_the_area_and_pass_it_by_less_than_one(cell, target, cells, chosen):
    assert cells_to_fill(cell, target, cells) == chosen


def test_highest_come_first_and_ties_go_by_index():
    score = np.array([1.0, 5, 3, 5, 0, 3])
    assert highest(score, 4).tolist() == [1, 3, 2, 5]
    assert highest(score, 3).tolist() == [1, 3, 2]
    assert highest(score, 6).tolist() == [1, 3, 2, 5, 0, 4]
    assert highest(score, 0).tolist() == []


def test_empty_cells_fill_up_when_there_are_too_few_others():
    assert highest(np.array([0.0, 2, 0, 1]), 3).tolist() == [1, 3, 0]


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=40), st.data())
def test_highest_is_what_sorting_gives(values, data):
    score = np.array(values, dtype=float)
    wanted = data.draw(st.integers(0, len(values)))
    expected = sorted(range(len(values)), key=lambda cell: (-values[cell], cell))
    assert highest(score, wanted).tolist() == expected[:wanted]


def test_a_single_hot_month_cannot_pass_a_persistent_place():
    score = np.array([90.0, 10, 8, 0, 0, 0])
    persistent = np.array([False, True, True, False, False, False])
    assert select(score, 2, EVERY, persistent).tolist() == [1, 2]


def test_other_places_fill_what_persistent_ones_leave():
    score = np.array([90.0, 10, 8, 0, 0, 0])
    persistent = np.array([False, True, False, False, False, False])
    assert select(score, 3, EVERY, persistent).tolist() == [1, 0, 2]


def test_institution_cells_are_never_chosen():
    score = np.array([90.0, 10, 8, 7, 0, 0])
    candidate = np.array([False, True, True, True, True, False])
    assert select(score, 6, candidate).tolist() == [1, 2, 3, 4]
    assert select(score, 6, candidate, EVERY).tolist() == [1, 2, 3, 4]


def test_hot_spots_grow_by_the_best_place_within_reach():
    """Six places on a line, the best first: 0 m, 300 m, 100 m, 400 m, 200 m, 900 m."""
    centres = np.array([[x, 0.0] for x in (0, 300, 100, 400, 200, 900)])
    assert selection.grown(centres, 110, 2, 2) == [[0, 2], [1, 3]]
    # The place at 200 m lies beside both; the first hot spot takes it.
    assert selection.grown(centres, 110, 2, 3) == [[0, 2, 4], [1, 3]]
    assert selection.grown(centres, 110, 9, 6) == [[0, 2, 4, 1, 3], [5]]
    assert selection.grown(centres, 110, 1, 1) == [[0]]
    assert selection.grown(np.zeros((0, 2)), 110, 1, 1) == []
