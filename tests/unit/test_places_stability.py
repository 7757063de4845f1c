from dataclasses import replace

import numpy as np
import pytest

from rasure.places.errors import WindowRejected
from rasure.places.methods import GRID, choose_by
from rasure.places.stability import (
    against,
    stability,
    training_in,
    yearly_windows,
)
from rasure.places.windows import Window
from tests.unit.places_ground import DEFINITION, JANUARY, events, grid

GROUND = replace(grid(), observed=np.arange(JANUARY, JANUARY + 72), is_day_dated=True)
HOT = np.array([100, 350, 700, 1500, 1900, 2222, 2600, 3000, 3100, 3300])


def six_years(rates_by_year, number=600, seed=1):
    """`number` crimes a year, in cells drawn by each year's rates."""
    years = [
        events(GROUND, rates, number, seed + year)
        for year, rates in enumerate(rates_by_year)
    ]
    rng = np.random.default_rng(seed)
    months = [
        JANUARY + 12 * year + rng.integers(0, 12, number) for year in range(len(years))
    ]
    joined = {
        name: np.concatenate([getattr(one, name) for one in years])
        for name in vars(years[0])
    }
    return replace(years[0], **joined | {"month": np.concatenate(months)})


def planted(cells=HOT):
    rates = np.ones(len(GROUND.x))
    rates[cells] = len(rates) / len(cells)
    return rates


def row(happened, **more):
    (found,) = stability(GROUND, happened, DEFINITION, draws=40, **more).rows
    return found


def test_places_of_constant_rates_are_as_stable_as_constant_rates():
    stability = row(six_years([planted()] * 6))
    assert stability["jaccard_at_least_null"]
    assert (
        stability["jaccard_null_low"]
        <= stability["jaccard"]
        <= stability["jaccard_null_high"]
    )
    # Ten planted cells stay, eight are chance: 10 of 26, and not near 1.
    assert 0.35 < stability["jaccard"] < 0.75
    assert stability["share_in_most_years"] >= 10 / 18


def test_places_that_moved_are_less_stable_than_constant_rates():
    moved = six_years([planted()] * 3 + [planted(HOT + 40)] * 3)
    stability = row(moved)
    assert not stability["jaccard_at_least_null"]
    assert stability["jaccard_percentile"] == 0
    # Between the years before the move, and after it, nothing changed but at the move.
    assert np.argmin([year["jaccard"] for year in stability["years"]]) == 2


def test_planted_places_are_chosen_in_both_halves():
    happened = six_years([planted()] * 6)
    for half in (Window(JANUARY, JANUARY + 35), Window(JANUARY + 36, JANUARY + 71)):
        candidates = np.ones(len(GROUND.x), dtype=bool)
        training = training_in(half, GROUND, happened, happened.cell, candidates)
        chosen = choose_by(GRID, training, DEFINITION, 18)
        assert len(set(HOT) & set(chosen.tolist())) >= 0.9 * len(HOT)


def test_each_year_is_compared_with_the_one_before_it():
    stability = row(six_years([planted()] * 6))
    assert stability["compared"] == "2024-01:2026-12 with 2027-01:2029-12"
    assert [year["compared"] for year in stability["years"]][:2] == [
        "2024-01:2024-12 with 2025-01:2025-12",
        "2025-01:2025-12 with 2026-01:2026-12",
    ]
    assert len(stability["years"]) == 5


def test_a_shorter_history_is_halved_and_the_same_seed_gives_the_same():
    happened = six_years([planted()] * 6)
    stability = row(happened, years_a_half=1)
    assert stability["compared"] == "2028-01:2028-12 with 2029-01:2029-12"
    assert stability["events"] == 1200
    assert stability == row(happened, years_a_half=1)
    assert stability != row(happened, years_a_half=1, seed=2)


def test_less_than_two_years_are_refused():
    with pytest.raises(WindowRejected, match="warehouse has 23 months"):
        yearly_windows(np.arange(JANUARY, JANUARY + 23), 6)
    gap = np.append(np.arange(JANUARY, JANUARY + 11), JANUARY + 47)
    with pytest.raises(WindowRejected, match="no data in the yearly period"):
        yearly_windows(gap, 6)


def test_a_figure_stands_where_it_does_among_its_null():
    comparison = against("jaccard", 0.301, np.linspace(0.2, 0.6, 101))
    assert comparison["jaccard_null"] == pytest.approx(0.4)
    assert comparison["jaccard_null_fifth"] == pytest.approx(0.22)
    assert comparison["jaccard_percentile"] == pytest.approx(100 * 26 / 101)
    assert comparison["jaccard_at_least_null"]
