import json
from dataclasses import replace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from rasure.places import commands, rank_places
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces
from rasure.places.events import read_events, read_grid
from rasure.places.methods import GRID, METHODS, Training, choose, quartic_kernel
from rasure.places.selection import cells_to_fill
from tests.integration.places_fixtures import Force, force, warehouse

__all__ = ["force", "warehouse"]

TRAIN = ["2024-01", "2024-02", "2024-03", "2024-06"]
TEST = ["2024-07", "2024-08"]
ASKED = ["--train", "2024-01:2024-06", "--test", "2024-07:2024-08", "--draws", "20"]


@pytest.fixture
def town(force):
    """Forty places of one to four crimes a month, some of them not every month."""
    rng = np.random.default_rng(6)
    for step in range(40):
        hexagon_id = force.hexagon(*(int(metre) for metre in rng.integers(0, 5900, 2)))
        months = [month for month in TRAIN + TEST if rng.random() < 0.8]
        force.plant(hexagon_id, months, 1 + step % 4)
    return force


def run(*arguments):
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)
    return CliRunner().invoke(app, ["places", *arguments], catch_exceptions=True)


def test_what_is_published_is_what_is_evaluated(warehouse, town):
    """The query and the arrays put the same places in the same order."""
    definition = Definition.load()
    grid = read_grid(warehouse, town.name)
    events = read_events(warehouse, grid)
    centres = np.column_stack([grid.x, grid.y])
    training = Training(
        cell=events.cell,
        month=events.month,
        score_weight=events.score_weight,
        point=events.cell,
        kernel=quartic_kernel(centres, centres, definition.kde_bandwidth_metres),
        is_candidate=np.ones(len(centres), dtype=bool),
        observed=grid.observed,
        period_months=2,
    )
    ranked = rank_places(warehouse, town.name, definition).places
    chosen = choose(training, definition, len(ranked))[GRID]
    assert grid.hexagon_id[chosen].tolist() == [place.hexagon_id for place in ranked]
    assert len(grid.observed) == 6


def test_evaluate_prints_a_row_for_each_method_and_keeps_them(warehouse, town):
    result = run("evaluate", *ASKED, "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.output)
    assert [row["method"] for row in rows] == [
        "designation",
        "grid",
        "free",
        "last_period_counts",
        "all_period_counts",
        "kde_quartic",
    ]
    for row in rows:
        assert row["coverage_percent"] == 0.13
        assert row["events_test"] > 0
        assert row["pai"] == pytest.approx(row["hit_rate"] * 100 / row["area_percent"])
        assert {"pei_star", "recapture_ratio", "jaccard", "pai_null"} <= set(row)
    stored = warehouse.execute(
        "select force, train_from::text, train_to::text, test_from::text, "
        "test_to::text, method, metrics from places.evaluations order by evaluation_id"
    ).fetchall()
    assert [row[-1] for row in stored] == rows
    assert stored[0][:6] == (
        "borchester",
        "2024-01-01",
        "2024-06-30",
        "2024-07-01",
        "2024-08-31",
        "designation",
    )


def test_the_same_seed_prints_the_same_figures(warehouse, town):
    one = run("evaluate", *ASKED, "--json", "--seed", "3")
    assert one.output == run("evaluate", *ASKED, "--json", "--seed", "3").output
    assert one.output != run("evaluate", *ASKED, "--json", "--seed", "4").output


def test_the_table_says_what_the_figures_mean(warehouse, town):
    output = " ".join(run("evaluate", *ASKED, "--coverage", "1").output.split())
    assert (
        "Trained on 2024-01 to 2024-03, 2024-06, tested on 2024-07 to 2024-08" in output
    )
    assert "times as many as their area alone would hold" in output
    assert "Designation over the better of the two counts" in output


def test_crimes_of_some_types_are_evaluated_alike(warehouse, town):
    """Robberies are out of the scope, and the gravest of them weighs as the least."""
    busy = town.hexagon(3000, 3000)
    columns = {"crime_type": "Robbery", "is_serious_violence": False}
    town.plant(busy, TRAIN + TEST, 6, **columns, harm_days=1)
    town.plant(town.hexagon(1000, 4800), TRAIN, 1, **columns, harm_days=5475)
    town.plant(busy, TEST, 2, **columns | {"is_police_generated": True})
    town.plant(town.hexagon(500, 500), TEST, 3, crime_type="Violent crime")
    asked = ["evaluate", *ASKED, "--json", "--crime-types"]
    for words, types, crimes in (
        ("robbery", "Robbery", 12),
        ("Violent Crime", "Violent crime", None),
        ("ROBBERY, violence", "Robbery, Violent crime", 18),
        ("all", "Robbery, Violent crime", 18),
    ):
        result = run(*asked, words)
        if crimes is None:
            assert "no crime in scope to train on" in str(result.exception)
            continue
        rows = {row["method"]: row for row in json.loads(result.output)}
        assert rows["free"]["crime_types"] == types
        assert rows["free"]["events_test"] == crimes
        assert rows["grid"]["events_captured"] == rows["free"]["events_captured"] == 12
    refused = run(*asked, "piracy")
    assert str(refused.exception) == (
        "borchester has no crime type 'piracy'. Name some of: all, robbery, violence, "
        "Robbery, Violent crime."
    )


def test_jitter_is_asked_for_in_metres_and_shown(warehouse, town):
    one = run("evaluate", *ASKED, "--jitter", "40", "--json")
    assert one.output == run("evaluate", *ASKED, "--jitter", "40", "--json").output
    assert {row["jitter_metres"] for row in json.loads(one.output)} == {40.0}
    shown = " ".join(run("evaluate", *ASKED, "--jitter", "40").output.split())
    assert "recorded locations, each moved within 40 m" in shown
    assert run("evaluate", *ASKED, "--jitter", "-1").exit_code == 2


def test_the_method_that_suits_a_force_is_chosen_once_for_a_definition(
    warehouse, force
):
    months = [f"2024-{month:02}" for month in range(1, 9)]
    rng = np.random.default_rng(4)
    for step in range(20):
        place = force.hexagon(*(int(metre) for metre in rng.integers(0, 5900, 2)))
        force.plant(place, months, 1 + step % 4)
    shown = run("method", force.name)
    assert shown.exit_code == 0, shown.output
    assert "On 2024-04 to 2024-05, each month by those before it, crimes moved" in (
        " ".join(shown.output.split())
    )
    first = json.loads(run("method", force.name, "--json").output)
    assert first["kept_out"] == "2024-06 to 2024-08"
    # More crimes change nothing before the definition does.
    force.plant(force.hexagon(3000, 3000), [*months, "2024-09"], 5)
    assert json.loads(run("method", force.name, "--json").output) == first
    kept = warehouse.execute(
        "select force, patrol_window, method, choice->>'trials' "
        "from places.method_choices"
    ).fetchall()
    assert kept == [(force.name, "all", first["method"], first["trials"])]


def test_random_locations_are_called_no_concentration(warehouse, town):
    output = " ".join(run("evaluate", *ASKED, "--shuffled").output.split())
    assert "random locations" in output
    assert "crimes in 5 shuffles; every method" in output
    assert "Designation: no concentration beyond chance." in output


def test_designate_prints_and_publishes(warehouse, town):
    result = run("designate", "--coverage", "0.5", "--json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.output)
    assert row["is_new"]
    assert row["hexagons"] == 5
    assert row["area_percent"] == pytest.approx(0.55, abs=0.01)
    assert row["hot_spots"][0]["hot_spot_name"].endswith(", Oxford")
    again = run("designate", "borchester", "--coverage", "0.5")
    assert "this version is in force already" in " ".join(again.output.split())


def test_several_forces_need_to_be_told_apart(warehouse, town):
    other = Force(warehouse, "ambridge")
    other.plant(other.hexagon(3000, 3000), TRAIN + TEST, 3)
    refused = run("evaluate", *ASKED)
    assert isinstance(refused.exception, NoPlaces)
    assert str(refused.exception) == (
        "Say which force with --force: ambridge, borchester have data in both periods."
    )
    unknown = run("evaluate", *ASKED, "--force", "kent")
    assert "no crimes of 'kent'" in str(unknown.exception)
    assert run("evaluate", *ASKED, "--force", "ambridge").exit_code == 0


def test_the_only_force_with_both_periods_is_evaluated_unasked(warehouse, town):
    for name, months in (("ambridge", TRAIN), ("felpersham", TEST)):
        other = Force(warehouse, name)
        other.plant(other.hexagon(3000, 3000), months, 3)
    assert run("evaluate", *ASKED).exit_code == 0
    stored = warehouse.execute("select distinct force from places.evaluations")
    assert stored.fetchall() == [("borchester",)]
    refused = run("evaluate", "--train", "2023-01:2023-06", "--test", "2024-07:2024-08")
    assert isinstance(refused.exception, NoPlaces)
    assert str(refused.exception) == (
        "No force has data both in the training period 2023-01:2023-06 and in the test "
        "period 2024-07:2024-08. The warehouse has ambridge 2024-01 to 2024-03, "
        "2024-06; borchester 2024-01 to 2024-03, 2024-06 to 2024-08; felpersham "
        "2024-07 to 2024-08."
    )


def test_an_empty_warehouse_says_what_to_do(warehouse, force):
    refused = run("designate")
    assert isinstance(refused.exception, NoPlaces)
    assert "rasure land" in str(refused.exception)
    refused = run("evaluate", *ASKED)
    assert "no force with crimes" in str(refused.exception)


def test_a_coverage_out_of_range_is_refused(warehouse, town):
    refused = run("designate", "--coverage", "0")
    assert "coverage_percent is 0.0" in str(refused.exception)


def test_years_of_days_are_published_as_they_are_evaluated(warehouse, force):
    """Four years, day-dated: the rule of years, the same in the query as in arrays."""
    rng = np.random.default_rng(8)
    months = [f"{year}-{month:02}" for year in range(2021, 2025) for month in (1, 7)]
    for step in range(30):
        hexagon_id = force.hexagon(*(int(metre) for metre in rng.integers(0, 5900, 2)))
        force.plant(
            hexagon_id, [month for month in months if rng.random() < 0.35], 1 + step % 5
        )
    for month in ("2021-01", "2024-12"):
        force.plant(
            force.hexagon(3000, 3000), [month], 1, operational_date=f"{month}-15"
        )
    definition = Definition.load()
    grid = read_grid(warehouse, force.name)
    assert grid.is_day_dated
    events = read_events(warehouse, grid)
    ranked = rank_places(warehouse, force.name, definition)
    assert ranked.is_by_years
    assert {place.is_persistent for place in ranked.places} == {True, False}
    centres = np.column_stack([grid.x, grid.y])
    training = Training(
        cell=events.cell,
        month=events.month,
        score_weight=events.score_weight,
        point=events.cell,
        kernel=quartic_kernel(centres, centres, definition.kde_bandwidth_metres),
        is_candidate=np.ones(len(centres), dtype=bool),
        observed=grid.observed,
        period_months=2,
        is_day_dated=True,
    )
    target_km2 = grid.force_area_km2 * definition.coverage_percent / 100
    cells = cells_to_fill(float(grid.area_km2.mean()), target_km2, len(centres))
    chosen = choose(training, definition, cells)[GRID]
    ids = [place.hexagon_id for place in ranked.places[:cells]]
    assert grid.hexagon_id[chosen].tolist() == ids
    _, is_persistent = METHODS[GRID](replace(training, wanted=cells), definition)
    persistent_ids = {
        place.hexagon_id for place in ranked.places if place.is_persistent
    }
    assert set(grid.hexagon_id[is_persistent]) == persistent_ids


def test_the_stability_of_years_is_printed_and_kept(warehouse, force):
    rng = np.random.default_rng(9)
    months = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
    for _ in range(25):
        hexagon_id = force.hexagon(
            *(int(metre) for metre in rng.integers(200, 5800, 2))
        )
        force.plant(hexagon_id, [month for month in months if rng.random() < 0.5], 1)
    asked = ["stability", force.name, "--coverage", "1", "--draws", "20"]
    (row,) = json.loads(run(*asked, "--json").output)
    assert row["compared"] == "2023-01:2023-12 with 2024-01:2024-12"
    assert 0 < row["jaccard"] <= 1
    assert row["jaccard_null_low"] <= row["jaccard_null"] <= row["jaccard_null_high"]
    stored = warehouse.execute(
        "select method, train_from::text, test_to::text, metrics "
        "from places.evaluations"
    ).fetchall()
    assert stored == [("stability", "2023-01-01", "2024-12-31", row)]
    shown = " ".join(run(*asked).output.split())
    assert "2023-01:2023-12 with 2024-01:2024-12" in shown
    assert "than rates that never change" in shown or "as stable as rates" in shown
