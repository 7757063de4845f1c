"""Follow a delivery through Airflow: from its arrival to the published dashboard.

Airflow's asset events say which run started which, so that another delivery at the same
time is not taken for this one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from rasure.errors import RasureError
from rasure.runtime.airflow_api import Airflow
from rasure.settings import Settings

ENDED = ("success", "failed")
REPORTED = (*ENDED, "running", "skipped", "up_for_retry", "upstream_failed")
FIRST_RUN = 180  # seconds from an arrival to the run that it starts; 5 is usual
Say = Callable[[str], None]


class RunFailed(RasureError):
    """A run failed, or was not started."""

    exit_code = 5


def follow_line(
    airflow: Airflow, dag_id: str, since: str, say: Say, patience: float = 1200
) -> list[tuple[str, str]]:
    """Wait for the first run of `dag_id` after `since` and for all runs that it starts.

    Returns (dag id, run id) in the order of ending. Raises `RunFailed`, with the task,
    its error and its log, when a run fails or does not end within `patience` seconds.
    """
    give_up = time.monotonic() + patience
    waiting = [(dag_id, _first_run(airflow, dag_id, since))]
    ended = []
    while waiting:
        dag, run = waiting.pop(0)
        say(f"{dag}: started")
        _follow_run(airflow, dag, run, say, give_up)
        ended.append((dag, run))
        followed = {*ended, *waiting}
        started = _started_by(airflow, dag, run)
        waiting += [one for one in started if one not in followed]
    return ended


def _first_run(airflow: Airflow, dag_id: str, since: str) -> str:
    give_up = time.monotonic() + FIRST_RUN
    while time.monotonic() < give_up:
        runs = airflow.runs(dag_id, since)
        if runs:
            return runs[-1]["dag_run_id"]
        time.sleep(1)
    raise RunFailed(
        f"No run of {dag_id} was started. See that Airflow is well (`rasure status`) "
        "and that its DAGs are read (the Dags page names import errors)."
    )


def _follow_run(
    airflow: Airflow, dag_id: str, run_id: str, say: Say, give_up: float
) -> None:
    reported: dict[str, str] = {}
    while True:
        state = airflow.run(dag_id, run_id)["state"]
        tasks = airflow.tasks(dag_id, run_id)
        for task in tasks:
            name = _name(task)
            if reported.get(name) != task["state"] and task["state"] in REPORTED:
                reported[name] = task["state"]
                took = f" in {task['duration']:.1f} s" if task["duration"] else ""
                say(f"{dag_id}: {name} {task['state']}{took}")
        if state == "failed":
            raise RunFailed(explain(airflow, tasks))
        if state == "success":
            return
        if time.monotonic() > give_up:
            raise RunFailed(
                f"{dag_id}, run {run_id}, is still {state}; gave up waiting"
            )
        time.sleep(1)


def explain(airflow: Airflow, tasks: list[dict]) -> str:
    """The failed tasks of a run, each with its error and the file of its log."""
    parts = []
    for task in tasks:
        if task["state"] != "failed":
            continue
        note = airflow.run(task["dag_id"], task["dag_run_id"])["note"] or "see its log"
        parts.append(
            f"{task['dag_id']}: {_name(task)} failed: {note}\nIts log: {log_of(task)}"
        )
    return "\n".join(parts) or "the run failed before a task of it did"


def log_of(task: dict) -> str:
    """The file of the log of a task instance's last try."""
    parts = [
        f"dag_id={task['dag_id']}",
        f"run_id={task['dag_run_id']}",
        f"task_id={task['task_id']}",
    ]
    if task["map_index"] >= 0:
        parts.append(f"map_index={task['map_index']}")
    folder = Settings.load().logs / "airflow" / "/".join(parts)
    return str(folder / f"attempt={max(task['try_number'], 1)}.log")


def _name(task: dict) -> str:
    number = f" {task['map_index'] + 1}" if task["map_index"] >= 0 else ""
    return task["task_id"] + number


def _started_by(airflow: Airflow, dag_id: str, run_id: str) -> list[tuple[str, str]]:
    """The runs that the assets of this run started; waits 15 seconds for them."""
    give_up = time.monotonic() + 15
    query = f"?source_dag_id={quote(dag_id)}&source_run_id={quote(run_id)}"
    while True:
        events = airflow.call("GET", f"/assets/events{query}")["asset_events"]
        runs = [run for event in events for run in event["created_dagruns"]]
        if runs or not events or time.monotonic() > give_up:
            return list(dict.fromkeys((run["dag_id"], run["run_id"]) for run in runs))
        time.sleep(1)
