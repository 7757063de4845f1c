"""What is sent to Superset: layout, filter scopes, query contexts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from rasure_superset.assets import bundle as assets
from rasure_superset.assets import checks, render
from rasure_superset.errors import SyncError

CHECKOUT = Path(__file__).resolve().parents[2]

SETTINGS = {
    "RASURE_READER_URL": "postgresql://reader@db/rasure",
    "RASURE_PEOPLE_READER_URL": "postgresql://people@db/rasure",
}
# Its rows are tiles that wrap by themselves.
KEY_FIGURES = "5e0a7a5e-0003-4000-8000-000000000074"


@pytest.fixture(scope="module")
def bundle():
    return assets.load(CHECKOUT / "superset" / "assets")


def board(bundle, facts=None, settings=SETTINGS) -> dict:
    files = render.render(bundle, settings, facts or render.Facts())
    return yaml.safe_load(files["dashboards/serious_violence.yaml"])


def chart_names(dashboard: dict) -> list[str]:
    return [
        item["meta"]["sliceName"]
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    ]


def texts(dashboard: dict) -> list[str]:
    return [
        item["meta"]["code"]
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item["type"] == "MARKDOWN"
    ]


def test_the_same_assets_give_the_same_bytes(bundle):
    assert render.render(bundle, SETTINGS, render.Facts()) == render.render(
        bundle, SETTINGS, render.Facts()
    )


def test_the_tabs_are_in_order_and_begin_with_how_new_the_data_are(bundle):
    dashboard = board(bundle)
    tabs = [v for k, v in dashboard["position"].items() if k.startswith("TAB-")]
    assert [tab["meta"]["text"] for tab in tabs] == [
        "Overview",
        "Places",
        "Times",
        "Institutions",
        "Crimes",
        "Trends by area",
        "Stop and search",
        "Data quality",
    ]
    for tab in tabs:
        first = dashboard["position"][tab["children"][0]]
        chart = dashboard["position"][first["children"][0]]
        assert chart["meta"]["sliceName"] == "How new the data are"


def test_one_text_takes_the_place_of_the_charts_of_an_empty_mart(bundle):
    full = board(bundle)
    empty = board(bundle, render.Facts(empty={"stop_searches"}))
    left_out = set(chart_names(full)) - set(chart_names(empty))
    assert left_out == {
        "Searches by month",
        "Searches by hour of the day",
        "Object of search",
        "Outcome of search",
        "Searches by ethnicity",
        "Searches by area",
    }
    assert "Months covered" in chart_names(empty)
    notes = [text for text in texts(empty) if "rasure land police_uk" in text]
    assert len(notes) == 1


def test_a_note_stands_above_charts_with_rows_of_other_forces_only(bundle):
    facts = render.Facts(other_forces={"stop_searches": ["City of London Police"]})
    dashboard = board(bundle, facts)
    assert chart_names(dashboard) == chart_names(board(bundle))
    notes = [text for text in texts(dashboard) if "City of London Police only" in text]
    assert len(notes) == 1


def test_a_chart_that_is_left_out_is_not_imported(bundle):
    files = render.render(bundle, SETTINGS, render.Facts(empty={"stop_searches"}))
    assert "charts/searches_by_month.yaml" not in files
    assert "charts/stop_search_coverage.yaml" in files


def test_a_filter_reaches_exactly_the_charts_whose_dataset_has_its_column(bundle):
    dashboard = board(bundle)
    names = {
        item["meta"]["chartId"]: item["meta"]["sliceName"]
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    }
    configuration = dashboard["metadata"]["native_filter_configuration"]
    reached = {
        item["name"]: set(names.values())
        - {names[number] for number in item["scope"]["excluded"]}
        for item in configuration
    }
    assert reached["Crime type"] == {
        "Crime by month",
        "Crime mix of the chosen place",
        "Months of the chosen place",
        "Serious violence by area",
        "Areas compared",
        "Crime types by month",
        "Crime types",
        "My area now",
        "Last day, week and four weeks",
        "Crimes",
        "The crime",
    }
    assert "Map of hot places" in reached["Area"]
    assert "Deliveries" not in reached["Force"]


def test_with_one_force_no_filter_depends_on_it(bundle):
    facts = render.Facts(single_valued={"force_name"})
    configuration = board(bundle, facts)["metadata"]["native_filter_configuration"]
    assert [item["cascadeParentIds"] for item in configuration] == [[], [], [], []]
    configuration = board(bundle)["metadata"]["native_filter_configuration"]
    assert [len(item["cascadeParentIds"]) for item in configuration] == [0, 1, 1, 1]


def test_the_first_force_is_chosen_from_the_start(bundle):
    facts = render.Facts(defaults={"force_name": ["Testshire Police"]})
    force = board(bundle, facts)["metadata"]["native_filter_configuration"][0]
    assert force["defaultDataMask"]["filterState"]["value"] == ["Testshire Police"]
    assert force["controlValues"]["enableEmptyFilter"] is True
    dashboard = next(iter(bundle.dashboards.values()))
    by_name = {c.content["slice_name"]: uuid for uuid, c in bundle.charts.items()}
    assert render.starting_conditions(
        dashboard, bundle, by_name["Ranked places"], facts.defaults
    ) == [{"col": "force_name", "op": "IN", "val": ["Testshire Police"]}]
    assert (
        render.starting_conditions(
            dashboard, bundle, by_name["Deliveries"], facts.defaults
        )
        == []
    )


def test_the_ranked_list_filters_the_profile_and_nothing_else(bundle):
    dashboard = board(bundle)
    numbers = {
        item["meta"]["sliceName"]: item["meta"]["chartId"]
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    }
    rules = dashboard["metadata"]["chart_configuration"]
    scope = rules[str(numbers["Ranked places"])]["crossFilters"]["scope"]
    reached = set(numbers.values()) - set(scope["excluded"])
    assert reached == {
        numbers["Crime mix of the chosen place"],
        numbers["Months of the chosen place"],
        numbers["Counts of the chosen place"],
        numbers["Briefing of the chosen place"],
    }
    without_rules = rules[str(numbers["Crime by month"])]["crossFilters"]["scope"]
    assert without_rules["rootPath"] == []


def test_every_chart_has_a_query_context_over_its_own_columns(bundle):
    files = render.render(bundle, SETTINGS, render.Facts())
    for asset in bundle.charts.values():
        chart = yaml.safe_load(files[asset.file])
        query = json.loads(chart["query_context"])["queries"][0]
        assert query["columns"] or query["metrics"], asset.file


def test_a_tile_server_goes_under_the_maps_and_nowhere_else(bundle):
    url = "https://tiles.example/{z}/{x}/{y}.png"
    plain = render.render(bundle, SETTINGS, render.Facts())
    tiled = render.render(bundle, {**SETTINGS, "RASURE_TILE_URL": url}, render.Facts())
    changed = {name for name in plain if plain[name] != tiled[name]}
    assert changed == {"charts/map.yaml", "charts/map_of_clusters.yaml"}
    params = yaml.safe_load(tiled["charts/map.yaml"])["params"]
    assert params["mapbox_style"] == f"tile://{url}"


def test_a_setting_that_is_not_set_is_named(bundle):
    with pytest.raises(SyncError, match="RASURE_READER_URL"):
        render.render(bundle, {**SETTINGS, "RASURE_READER_URL": ""}, render.Facts())


def test_widths_fill_rows_and_divide_a_phone(bundle):
    for dashboard in bundle.dashboards.values():
        for tab in render.tabs_to_show(dashboard, render.Facts(), bundle):
            for row in tab["rows"]:
                assert sum(item["width"] for item in row) in (6, 12), tab["title"]
                for item in row:
                    wraps = "text" in item or str(item["chart"]) == KEY_FIGURES
                    assert item["width"] in (2, 3, 6) or wraps


def test_contracts_are_read_from_dbts_yaml(tmp_path):
    (tmp_path / "a.yml").write_text(
        "models: [{name: hot_places, columns: [{name: rank}, {name: area}]}]"
    )
    assert checks.contracts(tmp_path) == {"hot_places": {"rank", "area"}}


HTML_CHARTS = {"stamp.yaml", "stamp_at_risk.yaml", "stamp_vulnerable.yaml"}


def test_a_text_of_the_data_is_shown_as_html_by_the_stamps_only(bundle):
    files = render.render(bundle, SETTINGS, render.Facts())
    tables = {
        name: yaml.safe_load(text)["params"]
        for name, text in files.items()
        if name.startswith("charts/") and "viz_type: table" in text
    }
    assert len(tables) > 20
    shown = {
        name: params
        for name, params in tables.items()
        if params.get("allow_render_html") is not False
    }
    # A chart at the head of every tab has a copy for each, with a number in its name.
    files_shown = {re.sub(r"charts/|_\d+(?=\.)", "", name) for name in shown}
    assert files_shown == HTML_CHARTS
    assert all(params["all_columns"] == ["stamp"] for params in shown.values())
    # tests/integration/test_freshness_words.py: the stamp escapes its texts.


def test_a_force_is_named_as_text_in_a_note(bundle):
    facts = render.Facts(other_forces={"stop_searches": ["<img src=x> & Sons"]})
    (note,) = [text for text in texts(board(bundle, facts)) if "Sons only" in text]
    assert "&lt;img src=x&gt; &amp; Sons only" in note
