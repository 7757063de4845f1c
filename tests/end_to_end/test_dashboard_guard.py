"""What Superset's API refuses: SQL of one's own, and statements that not only read."""

from __future__ import annotations

import copy
import json
import secrets

import pytest

from tests.end_to_end import browsing

SLUG = "serious-violence"
SQL = {"expressionType": "SQL", "sqlExpression": "max(1)", "label": "mine"}
CHANGES = {
    "a metric": {"metrics": [SQL], "orderby": [], "post_processing": []},
    "a column": {"columns": ["1 + 1"], "orderby": [], "series_columns": []},
    "an order": {"orderby": [[SQL, True]]},
    "a condition": {"extras": {"where": "1 = 1"}},
    "a condition on a group": {"extras": {"having": "count(*) > 0"}},
    "a filter": {
        "filters": [
            {"col": {"sqlExpression": "1", "label": "x"}, "op": "==", "val": "1"}
        ]
    },
    "a column that the dataset does not have": {
        "metrics": [
            {
                "expressionType": "SIMPLE",
                "aggregate": "MAX",
                "column": {"column_name": "ctid"},
                "label": "mine",
            }
        ],
        "orderby": [],
        "post_processing": [],
    },
}


@pytest.fixture(autouse=True)
def settings_of_home() -> None:
    """These tests speak to Superset only; no home is made when one is named."""


@pytest.fixture(scope="module")
def clients(request):
    site = browsing.site(request)
    return {
        user: browsing.client(request, site, user)
        for user in ("officer", "analyst", "engineer")
    }


@pytest.fixture(scope="module")
def chart(clients):
    charts = clients["officer"].charts(SLUG)
    return next(chart for chart in charts if chart.viz_type.startswith("echarts"))


def answer(client, chart, changes: dict):
    body = copy.deepcopy(chart.body)
    body["queries"][0].update(changes)
    return client.http.post("/api/v1/chart/data", json={**body, "force": True})


@pytest.mark.parametrize("user", ["officer", "analyst", "engineer"])
@pytest.mark.parametrize("part", CHANGES)
def test_a_chart_refuses_sql_of_ones_own(clients, chart, user, part):
    refused = answer(clients[user], chart, CHANGES[part])
    assert refused.status_code == 403
    assert (
        "columns and metrics of its dataset" in refused.json()["errors"][0]["message"]
    )
    assert answer(clients[user], chart, {}).status_code == 200


def test_a_map_refuses_it_too(clients, chart):
    """Maps use an older API, which takes the form of the page in place of a query."""
    client = clients["officer"]
    maps = [c for c in client.charts(SLUG) if c.viz_type == "deck_geojson"]
    condition = {"expressionType": "SQL", "clause": "WHERE", "sqlExpression": "1 = 1"}
    for known in maps:
        form = {**known.body["form_data"], "slice_id": known.chart_id}
        for changes, status in (
            ({}, 200),
            ({"geojson": "1 + 1"}, 403),
            ({"adhoc_filters": [condition]}, 403),
            # These kinds run other charts or queries of their own, which no rule sees.
            ({"viz_type": "deck_multi", "deck_slices": [known.chart_id]}, 403),
            ({"viz_type": "compare", "resample_rule": "1s"}, 403),
        ):
            data = {"form_data": json.dumps({**form, **changes})}
            response = client.http.post("/superset/explore_json/", data=data)
            assert response.status_code == status, (known.name, changes)
    assert maps


@pytest.mark.parametrize("user", ["officer", "analyst"])
def test_a_chart_refuses_unbounded_work(clients, chart, user):
    column = chart.body["queries"][0]["metrics"][0]
    options = {"column": column, "groupby": [], "bins": 50_000_000}
    step = {"operation": "histogram", "options": options}
    steps = chart.body["queries"][0]["post_processing"]
    refused = answer(clients[user], chart, {"post_processing": [*steps, step]})
    assert (refused.status_code, "not one that the dashboard uses" in refused.text) == (
        403,
        True,
    )
    body = {**chart.body, "queries": chart.body["queries"] * 11}
    refused = clients[user].http.post("/api/v1/chart/data", json=body)
    assert (refused.status_code, "at most 10 queries" in refused.text) == (403, True)
    offsets = [f"{days} days ago" for days in range(1, 12)]
    refused = answer(clients[user], chart, {"time_offsets": offsets})
    assert (refused.status_code, "at most 10 steps" in refused.text) == (403, True)


def test_a_chart_of_a_query_of_sql_lab_is_refused(clients):
    client = clients["engineer"]
    query = in_sql_lab(client, "select 1 as a").json()["query_id"]
    body = {
        "datasource": {"type": "query", "id": query},
        "queries": [{"metrics": [SQL]}],
        "form_data": {},
        "force": True,
    }
    refused = client.http.post("/api/v1/chart/data", json=body)
    assert (refused.status_code, "must use a dataset" in refused.text) == (403, True)


def test_nobody_can_store_a_chart_of_their_own(clients):
    body = {"slice_name": "mine", "datasource_id": 1, "datasource_type": "table"}
    for user, client in clients.items():
        headers = forms_of(client)
        response = client.http.post("/api/v1/chart/", json=body, headers=headers)
        assert response.status_code == 403, user


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select 40 + 2 as number", '"number": 42'),
        (
            "set rasure.username = 'another'",
            "SELECT, EXPLAIN and SHOW only",
        ),
        ("select 1; reset all", "SELECT, EXPLAIN and SHOW only"),
        (
            "select set_config('rasure.username', 'another', true)",
            "permission denied for function set_config",
        ),
        ("select query_to_xml('select 1', true, true, '')", "disallowed function"),
        ("explain select E'a'\n'\\''; show rasure.username; --'", "SHOW only"),
        ("select 1 -- */; set rasure.username = 'another'; select 2 /*", "SHOW only"),
        ("select 40 + 2 as number -- plainly", '"number": 42'),
    ],
)
def test_sql_lab_reads_and_cannot_change_the_user_name(clients, sql, message):
    assert message in in_sql_lab(clients["engineer"], sql).text


def test_sql_lab_takes_a_schema_only_by_a_plain_name(clients):
    client, show = clients["engineer"], "show rasure.username"
    assert "engineer" in in_sql_lab(client, show, schema="marts").text
    smuggled = "marts\"; set rasure.username = 'another'; set search_path = \"marts"
    answer = in_sql_lab(client, show, schema=smuggled).text
    assert "letters, digits and underscores" in answer
    assert "another" not in answer


def in_sql_lab(client, sql: str, **more):
    body = {"database_id": database_id(client), "sql": sql, **more}
    body["client_id"] = secrets.token_hex(5)
    headers = forms_of(client)
    return client.http.post("/api/v1/sqllab/execute/", json=body, headers=headers)


def forms_of(client) -> dict[str, str]:
    """The headers of what a page of Superset sends."""
    token = client.token(browsing.PATH)
    return {"X-CSRFToken": token, "Referer": str(client.http.base_url)}


def database_id(client) -> int:
    databases = client.http.get("/api/v1/database/").json()["result"]
    return next(
        database["id"]
        for database in databases
        if "people" not in database["database_name"]
    )


def test_an_answer_of_sql_lab_becomes_no_table(clients):
    answer = in_sql_lab(
        clients["engineer"], "select 1 as a", select_as_cta=True, tmp_table_name="mine"
    )
    assert "makes no tables and views" in answer.text


@pytest.mark.parametrize("user", ["officer", "analyst", "engineer"])
@pytest.mark.parametrize(
    "path",
    [
        "chart/related/owners",
        "chart/related/created_by",
        "chart/related/changed_by",
        "dashboard/related/owners",
        "dashboard/related/created_by",
        "dataset/related/owners",
        "database/related/created_by",
        "query/related/user",
        "css_template/related/changed_by",
        "security/users/",
    ],
)
def test_a_role_lists_no_other_users(clients, user, path):
    answer = clients[user].http.get(f"/api/v1/{path}")
    if answer.status_code != 200:
        assert answer.status_code in (403, 404)
        return
    names = [row["text"] for row in answer.json()["result"]]
    own = {"officer": "Duty", "analyst": "Crime", "engineer": "Data"}[user]
    assert [name for name in names if own not in name] == []
