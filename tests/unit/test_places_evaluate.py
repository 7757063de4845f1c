from dataclasses import replace

import numpy as np
import pytest

from rasure.places.errors import NoPlaces, WindowRejected
from rasure.places.evaluation import evaluate, institution_cells, side_by_side
from rasure.places.methods import METHODS
from rasure.places.windows import Window
from tests.unit.places_ground import DEFINITION, TEST, TRAIN, events, grid

GROUND = grid()
HOT = np.array([100, 700, 1500, 2222, 3000, 3100])


def concentrated(number=6000, seed=1):
    """Half of the crimes in six hot cells, the rest anywhere."""
    rates = np.ones(len(GROUND.x))
    rates[HOT] = len(rates) / len(HOT)
    return events(GROUND, rates, number, seed)


def anywhere(number=6000, seed=1):
    return events(GROUND, np.ones(len(GROUND.x)), number, seed)


def run(crimes, **options):
    options = {"draws": 20, **options}
    return evaluate(GROUND, crimes, TRAIN, TEST, DEFINITION, **options).rows


def test_every_method_has_every_figure_with_interval_and_null():
    rows = run(concentrated())
    assert [row["method"] for row in rows] == list(METHODS)
    for row in rows:
        for metric in ("hit_rate", "pai", "pei_star", "recapture_ratio", "jaccard"):
            assert row[f"{metric}_low"] <= row[metric] <= row[f"{metric}_high"]
            assert row[f"{metric}_null_low"] <= row[f"{metric}_null"]
            assert row[f"{metric}_null"] <= row[f"{metric}_null_high"]
        assert row["coverage_percent"] == 0.5
        assert row["hexagons"] == 18
        assert row["events_test"] + row["events_train"] == 6000


def test_planted_hot_cells_are_found_and_scored_as_worked_by_hand():
    crimes = concentrated()
    row = run(crimes)[0]
    test = crimes.where(TEST.holds(crimes.month))
    # The six hot cells are in the 18 chosen; what else is in them is chance.
    assert row["events_captured"] >= np.isin(test.cell, HOT).sum()
    assert row["hit_rate"] == row["events_captured"] / len(test.cell)
    assert row["pai"] == pytest.approx(row["hit_rate"] / (18 / 3600))
    assert row["is_beyond_chance"]
    assert row["pai_null_low"] < 1 < row["pai_null_high"]


def test_shuffled_locations_show_no_concentration():
    covered = [
        row["pai_low"] <= 1 <= row["pai_high"]
        for seed in range(25)
        for row in run(concentrated(seed=seed), is_shuffled=True, draws=10, seed=seed)
    ]
    # 95% intervals of 100 sets: fewer than 90 hold 1 once in thousands of runs.
    assert np.mean(covered) >= 0.9


def test_five_shuffles_are_scored_as_one():
    crimes = concentrated()
    once, pooled = run(crimes)[0], run(crimes, is_shuffled=True)[0]
    assert pooled["events_test"] == 5 * once["events_test"]
    assert pooled["events_train"] == 5 * once["events_train"]
    assert pooled["hexagons"] == once["hexagons"] == 18
    expected = pooled["events_captured"] / pooled["events_test"] / (18 / 3600)
    assert pooled["pai"] == pytest.approx(expected)
    # A fifth of the variance of a single shuffle, which its own null shows.
    width = pooled["pai_null_high"] - pooled["pai_null_low"]
    assert pooled["pai_high"] - pooled["pai_low"] < 0.7 * width


def test_copies_of_a_grid_lie_side_by_side():
    first, second = np.array([2, 0]), np.array([1, 2])
    assert side_by_side([first, second], 3).tolist() == [2, 0, 4, 5]


def test_in_sample_concentration_of_chance_does_not_survive_the_hold_out():
    rows = run(anywhere())
    for row in rows:
        assert row["pai_train"] > 2.5
        assert row["pai_low"] <= 1.0
        assert not row["is_beyond_chance"]


def test_same_seed_same_figures_and_another_seed_other_intervals():
    crimes = concentrated()
    assert run(crimes, seed=4) == run(crimes, seed=4)
    one, other = run(crimes, seed=4)[0], run(crimes, seed=5)[0]
    assert one["pai"] == other["pai"]
    assert one["pei_star_low"] != other["pei_star_low"]


def test_designation_is_paired_with_the_better_counts_and_with_the_kde():
    row = run(concentrated())[0]
    assert row["ratio_to_counts_low"] <= row["ratio_to_counts"]
    assert row["ratio_to_counts_high"] <= 1.2
    # The kernel smooths each hot cell over its neighbours.
    assert row["ratio_to_kde_low"] > 1.0


def test_months_after_the_training_period_do_not_shape_the_choice():
    crimes = concentrated()
    in_test = TEST.holds(crimes.month)
    moved = np.where(in_test, 0, crimes.cell)
    changed = replace(crimes, cell=moved, x=GROUND.x[moved], y=GROUND.y[moved])
    for row in run(changed):
        assert row["events_captured"] == 0 or row["pei_star"] == 1.0
    assert run(changed)[0]["pai_train"] == run(crimes)[0]["pai_train"]


def test_crimes_at_institutions_and_their_cells_are_left_out():
    crimes = concentrated()
    prison = crimes.cell == HOT[0]
    crimes = replace(crimes, is_at_institution=prison)
    assert institution_cells(GROUND, crimes, TRAIN, DEFINITION).nonzero()[
        0
    ].tolist() == [HOT[0]]
    row = run(crimes)[0]
    outside = crimes.where(~prison)
    assert row["events_test"] == TEST.holds(outside.month).sum()


def test_half_at_an_institution_makes_it_the_institutions_cell():
    crimes = concentrated()
    here = np.flatnonzero((crimes.cell == HOT[0]) & TRAIN.holds(crimes.month))
    for share, expected in ((0.4, False), (0.6, True)):
        inside = np.zeros(len(crimes.cell), dtype=bool)
        inside[here[: int(share * len(here))]] = True
        flagged = replace(crimes, is_at_institution=inside)
        at_institutions = institution_cells(GROUND, flagged, TRAIN, DEFINITION)
        assert at_institutions[HOT[0]] == expected


def test_periods_without_data_or_out_of_order_are_refused():
    crimes = concentrated()
    with pytest.raises(WindowRejected, match="must begin after the training period"):
        evaluate(GROUND, crimes, TRAIN, TRAIN, DEFINITION)
    late = Window(TEST.last + 1, TEST.last + 3)
    with pytest.raises(WindowRejected, match="2024-01 to 2024-09"):
        evaluate(GROUND, crimes, TRAIN, late, DEFINITION)
    only_train = crimes.where(TRAIN.holds(crimes.month))
    with pytest.raises(NoPlaces, match="no crime in scope"):
        evaluate(GROUND, only_train, TRAIN, TEST, DEFINITION)
