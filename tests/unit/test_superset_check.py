"""The offline check of the assets finds and names every kind of broken link."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rasure.runtime.superset import AssetsFaulty, PublishFailed
from rasure_superset.assets import bundle as assets
from rasure_superset.assets import checks
from rasure_superset.errors import AssetFaults, SyncError
from tests.unit.superset_fixtures import change, folder

CHECKOUT = Path(__file__).resolve().parents[2]

__all__ = ["folder"]

UNKNOWN = "5e0a7a5e-0003-4000-8000-000000009999"


def faults(folder: Path, marts=None) -> list[str]:
    with pytest.raises(AssetFaults) as caught:
        checks.check(assets.load(folder), marts)
    return caught.value.faults


def test_the_assets_as_they_are_fit_dbts_contracts(folder):
    contracts = checks.contracts(CHECKOUT / "dbt" / "models" / "marts")
    assert "hot_places" in contracts
    checks.check(assets.load(folder), contracts, "dbt's contracts")


def test_a_chart_that_no_file_holds_is_named_with_its_tab(folder):
    def edit(content):
        content["tabs"][1]["rows"][1][0]["chart"] = UNKNOWN

    change(folder, "dashboards/serious_violence.yaml", edit)
    named = faults(folder)
    assert (
        f"dashboards/serious_violence.yaml: tabs: Places: no chart has {UNKNOWN}"
        in named
    )
    assert "charts/map.yaml: uuid: no dashboard shows this chart" in named


def test_a_chart_placed_twice_is_named(folder):
    def edit(content):
        rows = content["tabs"][0]["rows"]
        rows[0].append(dict(rows[0][0]))

    change(folder, "dashboards/serious_violence.yaml", edit)
    assert any("is placed twice" in fault for fault in faults(folder))


def test_a_chart_of_an_unknown_dataset_is_named(folder):
    def edit(content):
        content["dataset_uuid"] = UNKNOWN

    change(folder, "charts/map.yaml", edit)
    named = faults(folder)
    assert f"charts/map.yaml: dataset_uuid: no dataset has {UNKNOWN}" in named
    assert (
        "datasets/map_layers.yaml: uuid: no chart and no filter uses this dataset"
        in named
    )


def test_a_dataset_of_an_unknown_database_is_named(folder):
    def edit(content):
        content["database_uuid"] = UNKNOWN

    change(folder, "datasets/deliveries.yaml", edit)
    assert faults(folder) == [
        f"datasets/deliveries.yaml: database_uuid: no database has {UNKNOWN}"
    ]


@pytest.mark.parametrize(
    ("file", "key", "value", "fault"),
    [
        (
            "charts/ranked_places.yaml",
            "groupby",
            ["postcode"],
            "charts/ranked_places.yaml: params: "
            "datasets/hot_places.yaml has no column postcode",
        ),
        (
            "charts/ranked_places.yaml",
            "metrics",
            ["arrests_total"],
            "charts/ranked_places.yaml: params: "
            "datasets/hot_places.yaml has no metric arrests_total",
        ),
        (
            "charts/deliveries.yaml",
            "order_by_cols",
            ['["arrived_at", false]'],
            "charts/deliveries.yaml: params: "
            "datasets/deliveries.yaml has no column arrived_at",
        ),
        (
            "charts/crime_by_month.yaml",
            "x_axis_sort",
            "week",
            "charts/crime_by_month.yaml: params: "
            "datasets/crimes_by_area.yaml has no metric week",
        ),
    ],
)
def test_a_column_or_metric_that_the_dataset_lacks_is_named(
    folder, file, key, value, fault
):
    def edit(content):
        content["params"][key] = value

    change(folder, file, edit)
    assert fault in faults(folder)


def test_a_filter_on_an_unknown_column_or_parent_is_named(folder):
    def edit(content):
        content["filters"][1].update(column="ward", depends_on=["Division"])

    change(folder, "dashboards/serious_violence.yaml", edit)
    board = "dashboards/serious_violence.yaml: filters: Area"
    assert faults(folder) == [
        f"{board}: datasets/crimes_by_area.yaml has no column ward",
        f"{board}: depends_on: no filter is named Division",
    ]


def test_an_expression_over_a_column_that_is_gone_is_named(folder):
    def edit(content):
        content["metrics"][0]["expression"] = "SUM(wounds) FILTER (WHERE rank < 5)"

    change(folder, "datasets/hot_places.yaml", edit)
    assert faults(folder) == [
        "datasets/hot_places.yaml: metrics: crimes_total: no column wounds"
    ]


def test_a_column_that_the_mart_has_lost_is_named(folder):
    marts = checks.contracts(CHECKOUT / "dbt" / "models" / "marts")
    marts["hot_places"].remove("trend")
    del marts["deliveries"]
    assert faults(folder, marts) == [
        "datasets/deliveries.yaml: table_name: the marts have no deliveries",
        "datasets/hot_places.yaml: columns: the marts have no hot_places.trend",
    ]


def test_sql_that_reads_a_mart_it_does_not_declare_is_named(folder):
    sql = folder / "datasets" / "place_profile.sql"
    sql.write_text(sql.read_text() + "-- marts.fct_crime\n")
    marts = checks.contracts(CHECKOUT / "dbt" / "models" / "marts")
    assert faults(folder, marts) == [
        "datasets/place_profile.yaml: reads: not the marts that its SQL reads"
    ]


def test_all_faults_are_one_error_for_the_command_line(folder):
    (folder / "charts" / "map.yaml").write_text("- a list")
    with pytest.raises(SyncError, match=r"1 fault\(s\) in the assets:\n  - charts/map"):
        assets.load(folder)


def sync(folder: Path) -> subprocess.CompletedProcess:
    program = Path(sys.prefix) / "bin" / "rasure-superset-sync"
    return subprocess.run(
        [program, "--check-only", "--assets", folder],
        env={**os.environ, "RASURE_READER_URL": "", "RASURE_HOME": str(folder)},
        capture_output=True,
        text=True,
    )


def test_the_command_has_an_exit_code_of_its_own_for_faulty_assets(folder):
    (chart := sorted(folder.glob("charts/**/*.yaml"))[0]).write_text("nothing: here\n")
    answer = sync(folder)
    assert answer.returncode == 2
    assert chart.name in answer.stderr
    assert not issubclass(AssetsFaulty, PublishFailed)  # which is tried again
