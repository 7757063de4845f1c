"""The DAGs as Airflow reads them: exactly these, tied together by exactly these assets.

They are read in a process of its own, because Airflow takes its settings from the
environment at the first import.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rasure.sources import NAMES

INGEST = sorted(f"ingest_{source}" for source in NAMES)
DAGS = Path(__file__).resolve().parents[2] / "dags"
READ = Path(__file__).with_name("read_dags.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict:
    home = tmp_path_factory.mktemp("airflow")
    answer = subprocess.run(
        [sys.executable, READ, DAGS],
        env={**os.environ, "AIRFLOW_HOME": str(home), "RASURE_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert "FOUND" in answer.stdout, answer.stderr
    return json.loads(answer.stdout.split("FOUND")[1])


def test_every_dag_file_can_be_read_and_is_stable(found):
    assert found["errors"] == {}
    assert found["unstable"] == []


def test_there_are_exactly_these_dags(found):
    assert sorted(found["dags"]) == [
        *("designate", *INGEST, "publish", "retention", "transform")
    ]


def test_each_dag_is_set_off_by_the_asset_of_the_one_before(found):
    schedules = {name: dag["schedule"] for name, dag in found["dags"].items()}
    assert schedules == {
        **{f"ingest_{source}": [f"rasure://landing/{source}"] for source in NAMES},
        "transform": ["rasure://raw/", "rasure://waiting/transform"],
        "designate": ["rasure://marts/", "rasure://waiting/designate"],
        "publish": ["rasure://designation/", "rasure://waiting/publish"],
        "retention": [],
    }
    assert found["dags"]["retention"]["clock"] == "10 4 * * *"
    for part in ("transform", "designate", "publish"):
        assert found["dags"][part]["watchers"] == [f"{part} is behind"]
        assert found["dags"][part]["condition"] == "AssetAny"
    for source in NAMES:
        watchers = found["dags"][f"ingest_{source}"]["watchers"]
        assert watchers == [f"{source} deliveries"]
    outlets = {
        (dag_id, name): task["outlets"]
        for dag_id, dag in found["dags"].items()
        for name, task in dag["tasks"].items()
        if task["outlets"]
    }
    assert outlets == {
        **{(name, "land_delivery"): ["rasure://raw/"] for name in INGEST},
        ("transform", "marts"): ["rasure://marts/"],
        ("designate", "build_marts"): ["rasure://designation/"],
    }


def test_tasks_follow_one_another(found):
    after = {
        name: task["after"]
        for dag in found["dags"].values()
        for name, task in dag["tasks"].items()
    }
    assert after == {
        "find_deliveries": [],
        "land_delivery": ["find_deliveries"],
        "staging": [],
        "link": ["staging"],
        "places": ["staging"],
        "people": ["link", "places"],
        "marts": ["people"],
        "designate_hot_places": [],
        "build_marts": ["designate_hot_places"],
        "synchronise_superset": [],
        "remove_old": [],
    }
    for name in INGEST:
        assert found["dags"][name]["tasks"]["land_delivery"]["mapped"]


def test_only_what_may_pass_is_tried_again(found):
    for dag in found["dags"].values():
        for task in dag["tasks"].values():
            assert task["retries"] == 3
            assert task["otherwise"] == "fail"
            assert "rasure.errors.SetupError" in task["retried"]
            assert not [name for name in task["retried"] if "Rejected" in name]


def test_what_is_tried_again_by_kind_of_error(found, tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    import psycopg

    from rasure.errors import RasureError, SetupError
    from rasure.landing.errors import DeliveryRejected, GateFailed
    from rasure.runs import RunBusy, RunSuperseded
    from rasure.runtime.orchestration import MAY_PASS, RETRIES
    from rasure.runtime.superset import AssetsFaulty, PublishFailed
    from rasure.transform.errors import TransformFailed

    rules = found["dags"]["transform"]["tasks"]["marts"]["retried"]
    assert tuple(rules) == MAY_PASS
    policy = RETRIES["retry_policy"]
    again = (
        SetupError(""),
        psycopg.OperationalError(""),
        RunBusy(""),
        OSError(),
        PublishFailed(""),
    )
    never = (
        *(DeliveryRejected(""), GateFailed(""), TransformFailed(""), RasureError("")),
        *(AssetsFaulty(""), RunSuperseded("")),
        *(ValueError(""), KeyError(""), psycopg.ProgrammingError("")),
    )
    for error in again:
        assert policy.evaluate(error, 1, 4).action.value == "retry", error
    for error in never:
        assert policy.evaluate(error, 1, 4).action.value == "fail", error


def test_every_run_has_a_deadline_and_runs_alone(found):
    for dag in found["dags"].values():
        assert dag["deadlines"]
        assert dag["max_active_runs"] == 1
        assert dag["catchup"] is False


def test_dag_files_are_not_named_for_dbt():
    files = sorted(DAGS.glob("*.py"))
    assert len(files) == 5
    for file in files:
        assert not file.name.startswith("dbt_")
