"""Print, as JSON, the DAGs of a folder as Airflow reads them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.dag_version_inflation_checker import check_dag_file_stability


def describe_task(task) -> dict:
    return {
        "after": sorted(task.upstream_task_ids),
        "retries": task.retries,
        "retried": task.retry_policy.rules[0].exception,
        "otherwise": task.retry_policy.default.value,
        "outlets": [asset.uri for asset in task.outlets],
        "mapped": type(task).__name__ == "DecoratedMappedOperator",
    }


def describe_dag(dag) -> dict:
    # Of a DAG that starts by the clock, no asset.
    assets = getattr(dag.timetable.asset_condition, "objects", [])
    return {
        "schedule": [asset.uri for asset in assets],
        "condition": type(dag.timetable.asset_condition).__name__.removeprefix(
            "Serialized"
        ),
        "clock": None if assets else dag.timetable.expression,
        "watchers": [watcher.name for asset in assets for watcher in asset.watchers],
        "deadlines": [alert.interval.total_seconds() / 60 for alert in dag.deadline],
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
    }


folder = Path(sys.argv[1])
bag = DagBag(folder)
found = {
    "errors": {Path(name).name: error for name, error in bag.import_errors.items()},
    "unstable": [
        file.name
        for file in folder.glob("*.py")
        if check_dag_file_stability(file).warnings
    ],
    "dags": {name: describe_dag(dag) for name, dag in bag.dags.items()},
}
print("FOUND" + json.dumps(found))
