from dataclasses import replace

import numpy as np
import pytest

from rasure.places import evaluation
from rasure.places.errors import NoPlaces, WindowRejected
from rasure.places.evaluation import (
    ROWS,
    evaluate,
    institution_cells,
    jittered,
    scattered,
    shuffled,
)
from rasure.places.free import across, apothem, side_of
from rasure.places.windows import Window
from tests.unit.places_ground import DEFINITION, TEST, TRAIN, events, grid

GROUND = grid()


@pytest.fixture(autouse=True)
def few_null_draws(monkeypatch):
    """Free placement of random crimes is slow; one draw shows what draws would."""
    monkeypatch.setattr(evaluation, "FREE_NULL_DRAWS", 1)


HOT = np.array([100, 700, 1500, 2222, 3000, 3100])


def concentrated(number=6000, seed=1):
    """Half of the crimes in six hot cells, the rest anywhere."""
    rates = np.ones(len(GROUND.x))
    rates[HOT] = len(rates) / len(HOT)
    return events(GROUND, rates, number, seed)


def anywhere(number=6000, seed=1):
    """Crimes at points drawn by area."""
    rng = np.random.default_rng(seed)
    return shuffled(events(GROUND, np.ones(len(GROUND.x)), number, seed), GROUND, rng)


def run(crimes, **options):
    options = {"draws": 10, **options}
    return evaluate(GROUND, crimes, TRAIN, TEST, DEFINITION, **options).rows


def test_every_method_has_every_figure_with_interval_and_null():
    rows = run(concentrated())
    assert [row["method"] for row in rows] == list(ROWS)
    for row in rows:
        for metric in ("hit_rate", "pai", "pei_star", "recapture_ratio", "jaccard"):
            assert row[f"{metric}_low"] <= row[metric] <= row[f"{metric}_high"]
            assert row[f"{metric}_null_low"] <= row[f"{metric}_null"] + 1e-9
            assert row[f"{metric}_null"] <= row[f"{metric}_null_high"] + 1e-9
        assert row["ratio_to_counts_low"] <= row["ratio_to_counts"]
        assert row["ratio_to_counts"] <= row["ratio_to_counts_high"] + 1e-9
        assert row["coverage_percent"] == 0.5
        assert row["hexagons"] == 18
        assert row["events_test"] + row["events_train"] == 6000


@pytest.mark.parametrize("published", ["grid", "free"])
def test_the_designation_is_scored_as_it_is_published(published):
    lines = []
    rows = {
        row["method"]: row
        for row in run(off_the_grid(), published=published, say=lines.append)
    }
    assert rows["free"]["pai"] != rows["grid"]["pai"]
    assert rows["designation"] == rows[published] | {"method": "designation"}
    assert rows["designation"]["published_method"] == published
    assert lines[0] == "choosing 18 places by each method"
    assert "constant rates: 9 of 10 simulated histories" in lines


@pytest.mark.parametrize("published", ["grid", "free"])
def test_hot_spots_by_number_are_scored_at_their_size(published):
    """Three hot spots of three hexagons, around the three corners with crime."""
    staffed = replace(
        DEFINITION, by_number=True, staffed_hot_spots=3, hot_spot_km2=0.12
    )
    rows = {
        row["method"]: row
        for row in evaluate(
            GROUND, off_the_grid(), TRAIN, TEST, staffed, draws=10, published=published
        ).rows
    }
    assert {row["hexagons"] for row in rows.values()} == {9}
    ours = rows["designation"]
    assert ours["pai"] == pytest.approx(ours["hit_rate"] / (9 / 3600))
    assert ours["pai"] > 50
    # Nine hexagons by themselves need not lie in three hot spots.
    assert ours["events_captured"] <= rows["free"]["events_captured"]


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
        for seed in range(10)
        for row in run(concentrated(seed=seed), is_shuffled=True, seed=seed)
    ]
    # 95% intervals of 60 sets: fewer than 51 hold 1 once in thousands of runs.
    assert np.mean(covered) >= 0.85


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


def off_the_grid(number=3000, seed=3):
    """Half of the crimes around three corners of cells, the rest anywhere."""
    rng = np.random.default_rng([seed, 1])  # or where would hang on when
    crimes = events(GROUND, np.ones(len(GROUND.x)), number, seed)
    corner = np.array([[2000.0, 3000.0], [6000.0, 8000.0], [9000.0, 2000.0]])
    near = rng.random(number) < 0.5
    at = corner[rng.integers(0, 3, number)] + rng.uniform(-45, 45, (number, 2))
    x, y = np.where(near, at[:, 0], crimes.x), np.where(near, at[:, 1], crimes.y)
    cell = (x // 200).astype(int) * 60 + (y // 200).astype(int)
    return replace(crimes, cell=cell, x=x, y=y)


def test_free_places_catch_what_the_lines_of_the_grid_part():
    rows = {row["method"]: row for row in run(off_the_grid(), draws=200)}
    free, grid_row = rows["free"], rows["grid"]
    assert free["hexagons"] == grid_row["hexagons"]
    # Each corner is parted by four cells, so that the grid needs twelve of its 18.
    assert free["events_captured"] > grid_row["events_captured"]
    assert free["ratio_to_counts"] > 1
    assert free["pai"] == pytest.approx(free["hit_rate"] / (18 / 3600))
    assert free["pai_null_low"] < 1.5 and free["pai_null_high"] > 0.5
    # What is published is chosen on the grid.
    designation = {**rows["designation"], "method": "grid"}
    assert designation == grid_row


def test_jitter_moves_each_crime_within_its_metres_and_the_cell_follows():
    crimes = off_the_grid()
    moved = jittered(crimes, GROUND, 40.0, np.random.default_rng(1))
    away = np.hypot(moved.x - crimes.x, moved.y - crimes.y)
    assert 20 < away.mean() < 30  # two thirds of the radius
    assert away.max() <= 40
    assert (moved.cell == moved.x // 200 * 60 + moved.y // 200).all()
    same = jittered(crimes, GROUND, 40.0, np.random.default_rng(1))
    assert (same.x == moved.x).all()


def test_a_crime_that_jitter_would_take_out_of_the_force_stays():
    crimes = off_the_grid()
    edge = replace(crimes, x=np.zeros(3000), cell=(crimes.y // 200).astype(int))
    moved = jittered(edge, GROUND, 500.0, np.random.default_rng(1))
    stayed = moved.x == 0
    assert 0.3 < stayed.mean() < 0.7
    assert (moved.y[stayed] == edge.y[stayed]).all()
    assert (moved.x > -side_of(0.04)).all()


def test_jitter_leaves_a_crime_without_a_point_in_its_cell():
    crimes = off_the_grid(20)
    crimes = replace(crimes, x=np.where(np.arange(20) < 3, np.nan, crimes.x))
    moved = jittered(crimes, GROUND, 40.0, np.random.default_rng(1))
    assert np.isnan(moved.x).tolist() == np.isnan(crimes.x).tolist()
    assert (moved.cell[:3] == crimes.cell[:3]).all()


def test_jitter_is_part_of_the_figures_and_of_the_seed():
    crimes = off_the_grid()
    (row, *_) = run(crimes, jitter_metres=40.0)
    assert row["jitter_metres"] == 40.0
    assert run(crimes, jitter_metres=40.0)[0] == row
    assert run(crimes)[0]["jitter_metres"] == 0.0


def test_thrown_crimes_lie_where_others_of_their_cell_did_or_anywhere_in_it():
    crimes = off_the_grid()
    pool = crimes.where(crimes.cell < 1800)
    cell = np.repeat(np.arange(0, 3600, 40), 5)
    x, y = scattered(cell, GROUND, pool, np.random.default_rng(1))
    known = np.isin(cell, pool.cell)
    points = set(zip(pool.x, pool.y, strict=True))
    assert all(point in points for point in zip(x[known], y[known], strict=True))
    dx, dy = x - GROUND.x[cell], y - GROUND.y[cell]
    inside = across(dx[~known], dy[~known]) <= apothem(side_of(0.04)) + 1e-6
    assert inside.all() and (~known).any()


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
