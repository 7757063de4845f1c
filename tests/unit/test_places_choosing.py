"""Which method suits a force: trials that end before the last hold-out."""

from dataclasses import replace

import numpy as np
import pytest

from rasure.places.choosing import choose_method, definition_id
from rasure.places.errors import WindowRejected
from tests.unit.places_ground import DEFINITION, JANUARY, events, grid

GROUND = grid()


def crimes(corners, number=6000, seed=3, spread=45.0):
    """Half of the crimes around points, most of the others where they may."""
    rng = np.random.default_rng(seed)
    every = events(GROUND, np.ones(len(GROUND.x)), number, seed)
    is_near = rng.random(number) < 0.5
    around = np.array(corners, dtype=float)[rng.integers(0, len(corners), number)]
    around += rng.uniform(-spread, spread, (number, 2))
    x = np.where(is_near, around[:, 0], every.x)
    y = np.where(is_near, around[:, 1], every.y)
    cell = (x // 200).astype(int) * 60 + (y // 200).astype(int)
    return replace(every, x=x, y=y, cell=cell)


# Where four cells meet, so that each of them holds a quarter.
CORNERS = [(2000 + 1000 * step, 3000 + 800 * (step % 4)) for step in range(9)]


def test_free_placement_is_chosen_where_the_grid_parts_the_crimes():
    choice = choose_method(GROUND, crimes(CORNERS), DEFINITION)
    assert choice.method == "free"
    assert 1 < choice.ratio_to_counts_low <= choice.ratio_to_counts
    assert choice.ratio_to_counts <= choice.ratio_to_counts_high
    assert choice.staffed_ratio_to_counts_low > 1
    assert choice.trials == "2024-04 to 2024-06"
    assert choice.kept_out == "2024-07 to 2024-09"
    assert choice.jitter_metres == 40.0
    assert "is sure to catch more than counts" in choice.in_words


def test_the_grid_is_kept_where_crimes_fall_anywhere():
    choice = choose_method(GROUND, crimes([(6000, 6000)], spread=5900.0), DEFINITION)
    assert choice.method == "grid"
    assert choice.ratio_to_counts_low <= 1
    assert "is not sure to catch more than counts" in choice.in_words


def test_free_places_that_cannot_be_staffed_are_not_chosen():
    """Sure at the share of the area, no better in the one hot spot that is walked."""
    few = replace(DEFINITION, staffed_hot_spots=1, hot_spot_km2=2.0)
    choice = choose_method(GROUND, crimes(CORNERS), few)
    assert choice.ratio_to_counts_low > 1
    assert choice.staffed_ratio_to_counts_low <= 1
    assert choice.method == "grid"


def test_the_last_hold_out_does_not_bear_on_the_choice():
    happened = crimes(CORNERS)
    is_kept_out = happened.month >= JANUARY + 6
    elsewhere = replace(
        happened,
        x=np.where(is_kept_out, 100.0, happened.x),
        y=np.where(is_kept_out, 100.0, happened.y),
        cell=np.where(is_kept_out, 0, happened.cell),
    )
    one = choose_method(GROUND, happened, DEFINITION)
    assert choose_method(GROUND, elsewhere, DEFINITION) == one


def test_recorded_points_are_not_moved_and_the_trials_have_a_number():
    day_dated = replace(GROUND, is_day_dated=True)
    two = replace(DEFINITION, choice_trials=2)
    choice = choose_method(day_dated, crimes(CORNERS), two)
    assert choice.jitter_metres == 0.0
    assert choice.trials == "2024-05 to 2024-06"
    assert "moved" not in choice.in_words


def test_a_history_without_a_trial_is_refused():
    short = replace(GROUND, observed=np.arange(JANUARY, JANUARY + 6))
    with pytest.raises(WindowRejected, match="takes 7 observed months or more"):
        choose_method(short, crimes(CORNERS), DEFINITION)


def test_another_definition_is_another_choice():
    assert definition_id(DEFINITION) == definition_id(replace(DEFINITION))
    other = replace(DEFINITION, coverage_percent=0.2)
    assert definition_id(DEFINITION) != definition_id(other)
