"""The figures of the truth report, on grounds small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from rasure.instruments.truth import hold_out, planted, report
from rasure.instruments.truth.carriers import ratio
from rasure.instruments.truth.errors import TruthMissing
from rasure.instruments.truth.goals import GOALS
from rasure.instruments.truth.hours import fullest
from rasure.places.definition import Definition
from rasure.places.events import Events, Grid
from rasure.places.windows import Window
from tests.unit import places_ground

JANUARY = places_ground.JANUARY


@pytest.fixture
def definition(tmp_path, monkeypatch) -> Definition:
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    return Definition.load(coverage_percent=1 / 36)  # one cell of 60 x 60


def crimes_of(cells: list[int], years: list[int]) -> tuple[Grid, Events, np.ndarray]:
    """Crimes in January of a year each, and true rates that are highest in cell 7."""
    months = JANUARY + np.arange(12 * 7)
    ground = replace(places_ground.grid(), is_day_dated=True, observed=months)
    cell = np.array(cells)
    events = Events(
        cell=cell,
        month=JANUARY + 12 * np.array(years),
        score_weight=np.ones(len(cell)),
        x=ground.x[cell],
        y=ground.y[cell],
        is_at_institution=np.zeros(len(cell), bool),
    )
    rates = np.zeros(len(ground.x))
    rates[7] = 1.0
    return ground, events, rates


SEVENTH = Window(JANUARY + 72, JANUARY + 83)


def test_each_way_to_choose_is_scored_on_the_year_that_is_held_out(definition):
    # Cell 7 has a crime in each of six years, cell 8 two in the sixth; in the seventh
    # cell 7 has three crimes and cell 8 one.
    ground, events, rates = crimes_of(
        [7] * 6 + [8] * 2 + [7] * 3 + [8], [0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 6]
    )
    result = hold_out.hold_out(ground, events, rates, SEVENTH, definition)
    assert result.events == 4
    assert result.caught == {
        "designation": 3,
        "oracle": 3,
        "last_period_counts": 1,
        "all_period_counts": 3,
    }
    assert hold_out.ratios([result, result]) == {
        "pai_over_oracle": 1.0,
        "pai_over_last_year": 3.0,
        "pai_over_all_counts": 1.0,
    }


def test_a_cell_that_is_an_institutions_is_never_chosen(definition):
    ground, events, rates = crimes_of([7] * 6 + [8] * 6 + [7], [*range(6)] * 2 + [6])
    at = np.zeros(13, bool)
    at[:3] = True
    events = replace(events, is_at_institution=at)
    result = hold_out.hold_out(ground, events, rates, SEVENTH, definition)
    assert (result.caught["designation"], result.caught["oracle"]) == (0, 1)
    assert hold_out.ratios([result])["pai_over_all_counts"] == 0.0


def test_the_years_that_are_held_out_have_years_before_them():
    years = [JANUARY + 12 * year for year in range(7)]  # six years, and the one after
    periods = hold_out.held_out_periods(years, 3)
    assert [str(test) for _, test in periods] == [
        "2027-01:2027-12",
        "2028-01:2028-12",
        "2029-01:2029-12",
    ]
    assert [first for first, _ in periods] == years[3:6]
    ((_, only),) = hold_out.held_out_periods(years[:3], 3)
    assert str(only) == "2025-01:2025-12"
    ((first, months),) = hold_out.held_out_periods(years[:2], 3)
    assert (first, str(months)) == (JANUARY, "2024-10:2024-12")


def test_the_true_rates_are_those_of_the_cells_of_the_grid_by_year():
    ground = places_ground.grid()
    day = datetime(2024, 1, 1, tzinfo=UTC)
    table = pa.table(
        {
            "hexagon_id": ["somewhere:002", "elsewhere:1", "somewhere:001"],
            "window_from": pa.array([day] * 3, pa.timestamp("s", tz="UTC")),
            "serious_violence": pa.array([2.0, 9.0, 1.0], pa.float32()),
        }
    )
    truth = planted.Truth(None, "somewhere", {"cell_rates": table})
    ((year, rates),) = hold_out.yearly_rates(truth, ground).items()
    assert year == JANUARY
    assert rates[:4].tolist() == [0.0, 1.0, 2.0, 0.0]
    assert rates.sum() == 3.0


def test_the_fullest_hours_are_the_highest_and_ties_go_by_the_hour():
    assert fullest(np.array([1.0, 5, 3, 5, 3]), 3).tolist() == [1, 3, 2]


def test_a_ratio_of_nothing_is_whole():
    assert (ratio(1, 4), ratio(0, 0)) == (0.25, 1.0)


def test_a_goal_is_a_most_or_a_least():
    goals = {goal.key: goal for goal in GOALS}
    assert goals["linkage_recall"].is_met(0.9)
    assert not goals["linkage_recall"].is_met(0.89)
    assert goals["harm_total_error"].is_met(0)
    assert not goals["harm_total_error"].is_met(1)


def test_the_table_says_which_goals_are_met(capsys):
    figures = {goal.key: goal.value for goal in GOALS}
    report.show(figures | {"linkage_recall": 0.5}, Console(width=100))
    shown = capsys.readouterr().out
    assert f"{len(GOALS) - 1} of {len(GOALS)} goals are met." in shown
    (line,) = [line for line in shown.splitlines() if "not met" in line]
    assert "pairs of one person that were joined" in line
    assert line.split()[-6:] == ["0.500", "at", "least", "0.9", "not", "met"]


def test_a_folder_without_the_truth_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(
        TruthMissing, match=r"no cell_rates\.parquet.*--truth DIR/truth"
    ):
        planted.read(tmp_path)


def test_the_force_is_the_one_whose_hours_are_planted(tmp_path):
    empty = pa.table({"anything": []})
    for name in planted.TABLES:
        pq.write_table(empty, tmp_path / f"{name}.parquet")
    hours = {"scope": ["kent", "kent:1:2"], "is_force": [True, False]}
    pq.write_table(pa.table(hours), tmp_path / "hot_hours.parquet")
    assert planted.read(tmp_path).force == "kent"
