"""The figures of the truth report, on grounds small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from rasure.instruments.simulate.plan import plan
from rasure.instruments.truth import hold_out, planted, report
from rasure.instruments.truth.carriers import ratio
from rasure.instruments.truth.errors import TruthMissing
from rasure.instruments.truth.goals import GOALS
from rasure.instruments.truth.hours import fullest
from rasure.places.definition import Definition
from tests.unit import places_ground

JANUARY = places_ground.JANUARY


@pytest.fixture
def definition(tmp_path, monkeypatch) -> Definition:
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    return Definition.load(coverage_percent=1 / 36)  # one cell of 60 x 60


def happened(cells: list[int], windows: list[int], harm: list[float]):
    ground = replace(places_ground.grid(), is_day_dated=True)
    cell = np.array(cells)
    events = places_ground.Events(
        cell=cell,
        month=JANUARY + 12 * np.array(windows),
        score_weight=np.zeros(len(cell)),
        x=ground.x[cell],
        y=ground.y[cell],
        is_at_institution=np.zeros(len(cell), bool),
    )
    rate = np.zeros(len(ground.x))
    rate[7] = 1.0
    return hold_out.Happened(ground, events, np.array(harm), np.array(windows), rate)


def test_each_way_to_choose_is_scored_on_the_year_that_is_held_out(definition):
    # Cell 7 has a crime in each of six years, cell 8 two in the sixth; in the seventh
    # cell 7 has three crimes and cell 8 one.
    drawn = happened(
        [7] * 6 + [8] * 2 + [7] * 3 + [8],
        [0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 6],
        [19.0] * 12,
    )
    hold_out_score = hold_out.score(1, drawn, definition)
    assert (hold_out_score.events, hold_out_score.cells) == (4, 1)
    assert hold_out_score.designation == pytest.approx(0.75 * 3600)
    assert hold_out_score.oracle == pytest.approx(0.75 * 3600)
    assert hold_out_score.last_year == pytest.approx(0.25 * 3600)
    assert (hold_out_score.over_oracle, hold_out_score.over_last_year) == (
        1.0,
        pytest.approx(3.0),
    )


def test_a_cell_that_is_an_institutions_is_never_chosen(definition):
    drawn = happened([7] * 6 + [8] * 6 + [7], [*range(6)] * 2 + [6], [19.0] * 13)
    at = np.zeros(13, bool)
    at[:3] = True
    events = replace(drawn.events, is_at_institution=at)
    hold_out_score = hold_out.score(1, replace(drawn, events=events), definition)
    assert (hold_out_score.designation, hold_out_score.oracle) == (0.0, 3600.0)


def test_a_hold_out_has_the_crimes_and_rates_that_the_simulator_draws():
    seven_years = plan("thames-valley", 3, hold_out.YEARS + 1, crimes_per_year=1000)
    drawn = hold_out.happen(seven_years, {"5D": 1460.0, "8N": 19.0, "105A": 1.0})
    again = hold_out.happen(seven_years, {"5D": 1460.0, "8N": 19.0, "105A": 1.0})
    assert drawn.harm_days.tolist() == again.harm_days.tolist()
    assert {1460.0, 19.0} <= set(drawn.harm_days)
    assert drawn.rate.sum() == pytest.approx(1.0)
    assert set(drawn.window) == set(range(7))
    assert drawn.events.is_at_institution.any()


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
    with pytest.raises(TruthMissing, match=r"no hot_hours\.parquet.*--truth DIR/truth"):
        planted.read(tmp_path)


def test_the_force_is_the_one_whose_hours_are_planted(tmp_path):
    empty = pa.table({"anything": []})
    for name in planted.TABLES:
        pq.write_table(empty, tmp_path / f"{name}.parquet")
    hours = {"scope": ["kent", "kent:1:2"], "is_force": [True, False]}
    pq.write_table(pa.table(hours), tmp_path / "hot_hours.parquet")
    assert planted.read(tmp_path).force == "kent"
