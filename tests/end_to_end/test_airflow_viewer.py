"""Airflow's viewer looks at DAGs, runs, graphs and logs, and changes nothing."""

from __future__ import annotations

import httpx
import pytest

RUN = "/api/v2/dags/transform/dagRuns"


@pytest.fixture(scope="module")
def viewer(home) -> httpx.Client:
    """A client of Airflow's API, as the viewer."""
    client = httpx.Client(base_url=home.url("airflow"), timeout=120)
    account = {"username": "viewer", "password": home.password("airflow", "viewer")}
    token = client.post("/auth/token", json=account)
    assert token.status_code == 201, token.text
    client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    return client


@pytest.fixture(scope="module")
def run(home) -> str:
    """The id of a run of the DAG `transform` that succeeded."""
    with home.airflow() as airflow:
        runs = [run for run in airflow.runs("transform") if run["state"] == "success"]
        return runs[-1]["dag_run_id"]


@pytest.fixture(scope="module")
def task(home, run) -> dict:
    """A task of that run that has a log."""
    with home.airflow() as airflow:
        tasks = airflow.tasks("transform", run)
    return next(task for task in tasks if task["state"] == "success")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/dags",
        "/api/v2/dags/transform",
        "/api/v2/dags/transform/tasks",
        "/api/v2/dagSources/transform",
        f"{RUN}/{{run}}",
        f"{RUN}/{{run}}/taskInstances",
        f"{RUN}/{{run}}/taskInstances/{{task}}/logs/1",
        "/ui/dags",
        "/ui/grid/structure/transform",
        "/ui/structure/structure_data?dag_id=transform",
        "/ui/dashboard/dag_stats",
    ],
)
def test_the_viewer_sees(viewer, run, task, path):
    answer = viewer.get(path.format(run=run, task=task["task_id"]))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", RUN, {"logical_date": None}),
        ("PATCH", f"{RUN}/{{run}}", {"state": "failed"}),
        ("PATCH", f"{RUN}/{{run}}", {"note": "a note"}),
        ("DELETE", f"{RUN}/{{run}}", None),
        ("POST", f"{RUN}/{{run}}/clear", {"dry_run": True}),
        ("POST", "/api/v2/dags/transform/clearTaskInstances", {"dry_run": False}),
        ("PATCH", f"{RUN}/{{run}}/taskInstances/{{task}}", {"new_state": "failed"}),
        ("PATCH", "/api/v2/dags/transform", {"is_paused": True}),
        ("DELETE", "/api/v2/dags/transform", None),
        ("POST", "/api/v2/backfills", {"dag_id": "transform"}),
        ("POST", "/api/v2/assets/events", {"asset_id": 1}),
        ("GET", "/api/v2/connections", None),
        ("POST", "/api/v2/connections", {"connection_id": "a", "conn_type": "fs"}),
        ("GET", "/api/v2/variables", None),
        ("POST", "/api/v2/variables", {"key": "a", "value": "b"}),
        ("GET", "/api/v2/pools", None),
        ("GET", "/api/v2/config", None),
        ("GET", "/api/v2/plugins", None),
        ("GET", "/api/v2/eventLogs", None),
        ("GET", f"{RUN}/{{run}}/taskInstances/{{task}}/xcomEntries", None),
        ("GET", "/auth/fab/v1/users", None),
        ("GET", "/auth/fab/v1/roles", None),
    ],
)
def test_the_viewer_may_not(viewer, run, task, method, path, body):
    path = path.format(run=run, task=task["task_id"])
    answer = viewer.request(method, path, json=body)
    assert answer.status_code == 403, (answer.status_code, answer.text)


def test_the_viewer_changed_nothing(home, run):
    with home.airflow() as airflow:
        assert airflow.dags()["transform"]["is_paused"] is False
        assert airflow.run("transform", run)["note"] != "a note"
