"""Superset shows charts whose tables exist, and never merges the lists of people."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rasure_superset import access
from rasure_superset.assets import bundle as assets
from rasure_superset.assets import checks, render
from rasure_superset.errors import AssetFaults, SyncError
from rasure_superset.sync import marts

CHECKOUT = Path(__file__).resolve().parents[2]

SETTINGS = {
    "RASURE_READER_URL": "postgresql://reader@db/rasure",
    "RASURE_PEOPLE_READER_URL": "postgresql://people@db/rasure",
}
PUBLISHED = [
    "Overview",
    "Places",
    "Institutions",
    "Trends by area",
    "Stop and search",
    "Data quality",
]


@pytest.fixture
def bundle():
    return assets.load(CHECKOUT / "superset" / "assets")


@pytest.fixture
def contracts() -> assets.Marts:
    return checks.contracts(CHECKOUT / "dbt" / "models" / "marts")


def named(bundle, name: str) -> str:
    """The UUID of a database by its name."""
    return next(
        uuid
        for uuid, database in bundle.databases.items()
        if database.content["database_name"] == name
    )


def published_only(bundle, contracts) -> dict[str, assets.Marts]:
    """A warehouse in which only published crime has landed."""
    waiting = {
        table
        for dataset in bundle.datasets.values()
        if dataset.content.get("optional")
        for table in dataset.content.get("reads") or [dataset.content["table_name"]]
    }
    always = {"force_summary", "hot_places"}
    people = {
        table
        for dataset in bundle.datasets.values()
        if str(dataset.content["database_uuid"]) == named(bundle, "Rasure people")
        for table in dataset.content["reads"]
    } - {"force_freshness", "transform_state"}
    waiting = waiting - always | people
    tables = {
        name: columns for name, columns in contracts.items() if name not in waiting
    }
    return dict.fromkeys(bundle.databases, tables)


def titles(board) -> list[str]:
    return [tab["title"] for tab in board.content["tabs"]]


def test_with_published_crime_only_the_rest_is_left_out_and_named(bundle, contracts):
    live = published_only(bundle, contracts)
    kept, left_out = assets.without_missing_tables(bundle, live)
    (board,) = kept.dashboards.values()
    assert titles(board) == PUBLISHED
    assert "Serious violence: Crimes" in left_out
    assert "People at risk of causing violence: Person profile" in left_out
    names = {chart.content["slice_name"] for chart in kept.charts.values()}
    assert "Ranked places" in names
    assert not names & {"My area now", "Map of clusters", "People (risk)"}
    checks.check(kept, next(iter(live.values())))  # and what is left is whole
    files = render.render(kept, SETTINGS, render.Facts())
    assert "databases/people.yaml" not in files


def test_with_all_tables_nothing_is_left_out(bundle, contracts):
    live = dict.fromkeys(bundle.databases, contracts)
    kept, left_out = assets.without_missing_tables(bundle, live)
    assert kept is bundle
    assert left_out == []


def test_without_a_reader_of_people_only_people_are_left_out(bundle, contracts):
    kept, left_out = assets.without_missing_tables(
        bundle, {named(bundle, "Rasure marts"): contracts}
    )
    assert [board.content["slug"] for board in kept.dashboards.values()] == [
        "serious-violence"
    ]
    assert {words.split(":")[0] for words in left_out} == {
        "People at risk of causing violence",
        "People vulnerable to violence",
    }


def test_a_missing_table_that_is_not_optional_is_a_fault(bundle, contracts):
    live = published_only(bundle, contracts)
    tables = next(iter(live.values()))
    del tables["hot_places"]
    kept, _ = assets.without_missing_tables(bundle, live)
    with pytest.raises(AssetFaults, match="have no hot_places"):
        checks.check(kept, tables)


def test_a_reader_that_is_not_set_is_a_fault_unless_it_is_optional(bundle):
    with pytest.raises(SyncError, match="RASURE_READER_URL is not set"):
        marts.engines(bundle, {**SETTINGS, "RASURE_READER_URL": ""})


def test_every_tab_says_how_new_the_data_are(bundle):
    files = render.render(bundle, SETTINGS, render.Facts())
    for name in (name for name in files if name.startswith("dashboards/")):
        tree = yaml.safe_load(files[name])["position"]
        tabs = [item for key, item in tree.items() if key.startswith("TAB-")]
        for tab in tabs:
            first = tree[tree[tab["children"][0]]["children"][0]]
            assert first["meta"]["sliceName"] == "How new the data are", name
    stamps = [
        chart
        for chart in bundle.charts.values()
        if chart.content["slice_name"] == "How new the data are"
    ]
    assert len(stamps) == sum(len(titles(b)) for b in bundle.dashboards.values())
    assert {chart.content["cache_timeout"] for chart in stamps} == {60}


def test_the_lists_of_people_never_meet(bundle):
    apart = [
        {"hot_people_risk", "person_evidence"},
        {"hot_people_vulnerable", "vulnerability_evidence"},
    ]
    for dataset in bundle.datasets.values():
        reads = set(dataset.content.get("reads") or {})
        assert not all(reads & tables for tables in apart), dataset.file
    lists = {"people_at_risk", "people_vulnerable", "people_at_risk_under_18"}
    for board in bundle.dashboards.values():
        for tab in board.content["tabs"]:
            shown = {
                bundle.table_of(bundle.charts[str(item["chart"])])
                for row in tab["rows"]
                for item in row
                if "chart" in item
            }
            assert len(shown & lists) <= 1, tab["title"]


def test_every_dataset_of_people_has_one_role_and_none_without_people_has(
    bundle, tmp_path
):
    roles = access.load(CHECKOUT / "superset" / "access", tmp_path).roles
    people = named(bundle, "Rasure people")
    named_by_roles = [
        table for role in roles.values() for table in role.get("reads", [])
    ]
    restricted = {
        dataset.content["table_name"]
        for dataset in bundle.datasets.values()
        if str(dataset.content["database_uuid"]) == people
    }
    assert sorted(named_by_roles) == sorted(restricted)
    for name in ("rasure_officer", "rasure_analyst", "rasure_engineer"):
        assert "reads" not in roles[name]
    for dataset in bundle.datasets.values():
        reads_people = "marts_people" in (
            f"{dataset.companion} {dataset.content['schema']}"
        )
        assert reads_people == (dataset.content["table_name"] in restricted)
    assert bundle.databases[people].content["restricted"] is True


def test_a_dashboard_starts_with_a_force_that_its_lists_have(bundle):
    board = next(
        board
        for board in bundle.dashboards.values()
        if board.content["slug"] == "people-risk"
    )
    facts = render.Facts(
        other_forces={"people_at_risk": ["Testshire Police"]},
        defaults={"force_name": ["Another Police"]},
    )
    assert facts.starting_values(board, bundle) == {"force_name": ["Testshire Police"]}
