"""The offline check of the dashboard: every kind of broken chain is caught, by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rasure.runtime.superset import AssetsFaulty, PublishFailed

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "superset"))

from publishing import assets, chain  # noqa: E402
from publishing.errors import AssetFaults, SyncError  # noqa: E402

UNKNOWN = "5e0a7a5e-0003-4000-8000-000000009999"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(CHECKOUT / "superset" / "assets", tmp_path / "assets")
    return tmp_path / "assets"


def change(folder: Path, file: str, edit) -> None:
    content = yaml.safe_load((folder / file).read_text())
    edit(content)
    (folder / file).write_text(yaml.safe_dump(content, sort_keys=False))


def faults(folder: Path, marts=None) -> list[str]:
    with pytest.raises(AssetFaults) as caught:
        chain.check(assets.load(folder), marts)
    return caught.value.faults


def test_the_assets_as_they_are_fit_dbts_contracts(folder):
    contracts = chain.contracts(CHECKOUT / "dbt" / "models" / "marts")
    assert "hot_places" in contracts
    chain.check(assets.load(folder), contracts, "dbt's contracts")


def test_a_chart_that_no_file_holds_is_named_with_its_tab(folder):
    def edit(content):
        content["tabs"][1]["rows"][1][0]["chart"] = UNKNOWN

    change(folder, "dashboards/serious_violence.yaml", edit)
    found = faults(folder)
    assert (
        f"dashboards/serious_violence.yaml: tabs: Places: no chart has {UNKNOWN}"
        in found
    )
    assert "charts/map.yaml: uuid: no dashboard shows this chart" in found


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
    found = faults(folder)
    assert f"charts/map.yaml: dataset_uuid: no dataset has {UNKNOWN}" in found
    assert (
        "datasets/map_layers.yaml: uuid: no chart and no filter uses this dataset"
        in found
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
    marts = chain.contracts(CHECKOUT / "dbt" / "models" / "marts")
    marts["hot_places"].remove("trend")
    del marts["deliveries"]
    assert faults(folder, marts) == [
        "datasets/deliveries.yaml: table_name: the marts have no deliveries",
        "datasets/hot_places.yaml: columns: the marts have no hot_places.trend",
    ]


def test_sql_that_reads_a_mart_it_does_not_declare_is_named(folder):
    sql = folder / "datasets" / "place_profile.sql"
    sql.write_text(sql.read_text() + "-- marts.fct_crime\n")
    marts = chain.contracts(CHECKOUT / "dbt" / "models" / "marts")
    assert faults(folder, marts) == [
        "datasets/place_profile.yaml: reads: not the marts that its SQL reads"
    ]


def test_broken_yaml_is_named_with_its_line(folder):
    (folder / "charts" / "map.yaml").write_text("slice_name: Map\nparams: [1, 2\n")
    with pytest.raises(
        AssetFaults, match=r"charts/map\.yaml: not valid YAML in line 3"
    ):
        assets.load(folder)


def test_missing_and_unknown_keys_and_foreign_uuids_are_all_named(folder):
    def edit(content):
        del content["viz_type"]
        content["colour"] = "red"

    change(folder, "charts/map.yaml", edit)
    change(folder, "charts/quarantine.yaml", lambda c: c.update(uuid="1234"))
    with pytest.raises(AssetFaults) as caught:
        assets.load(folder)
    assert caught.value.faults == [
        "charts/map.yaml: viz_type: missing",
        "charts/map.yaml: colour: unknown key",
        "charts/quarantine.yaml: uuid: 1234 does not begin with "
        "5e0a7a5e-0003-4000-8000-",
    ]


def test_two_files_with_one_uuid_are_named(folder):
    shutil.copy(folder / "charts" / "map.yaml", folder / "charts" / "map_again.yaml")
    with pytest.raises(AssetFaults, match=r"is also that of charts/map\.yaml"):
        assets.load(folder)


def test_files_that_nothing_uses_and_files_that_are_missing_are_named(folder):
    (folder / "datasets" / "old.sql").write_text("select 1")
    (folder / "datasets" / "map_layers.sql").unlink()
    with pytest.raises(AssetFaults) as caught:
        assets.load(folder)
    assert caught.value.faults == [
        "datasets/map_layers.yaml: map_layers.sql is not beside it",
        "datasets/old.sql: no asset uses this file",
    ]


def test_all_faults_are_one_error_for_the_command_line(folder):
    (folder / "charts" / "map.yaml").write_text("- a list")
    with pytest.raises(SyncError, match=r"1 fault\(s\) in the assets:\n  - charts/map"):
        assets.load(folder)


def sync(folder: Path) -> subprocess.CompletedProcess:
    program = CHECKOUT / "superset" / "sync.py"
    return subprocess.run(
        [sys.executable, program, "--check-only", "--assets", folder],
        env={**os.environ, "RASURE_READER_URL": "", "RASURE_HOME": str(folder)},
        capture_output=True,
        text=True,
    )


def test_the_command_tells_faulty_assets_from_what_may_pass(folder):
    (chart := sorted(folder.glob("charts/**/*.yaml"))[0]).write_text("nothing: here\n")
    answer = sync(folder)
    assert answer.returncode == 2
    assert chart.name in answer.stderr
    assert not issubclass(AssetsFaulty, PublishFailed)  # those are tried again


def test_datasets_that_share_a_query_name_what_differs(folder):
    bundle = assets.load(folder)
    by_name = {one.content["table_name"]: one for one in bundle.datasets.values()}
    assert "is_at_risk_under_18" in by_name["evidence_under_18"].companion
    assert not any("$" in one.companion for one in by_name.values() if one.companion)
    path = folder / "datasets" / "evidence_under_18.yaml"
    path.write_text(path.read_text().replace("  is_listed:", "  listed:"))
    with pytest.raises(AssetFaults) as caught:
        assets.load(folder)
    assert caught.value.faults == [
        "datasets/evidence_under_18.yaml: sql_values: does not name is_listed",
        "datasets/evidence_under_18.yaml: evidence_of_risk.sql: does not name listed",
    ]
