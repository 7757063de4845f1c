"""The locked packages are ones with which Airflow spreads tasks over workers."""

from __future__ import annotations

import os
import subprocess
import sys

LOAD = """
from airflow.executors.executor_loader import ExecutorLoader

executor, _ = ExecutorLoader.import_default_executor_cls()
print("LOADED", executor.__name__)
"""


def test_airflow_loads_the_executor_of_a_deployment(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={
            **os.environ,
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": "redis://127.0.0.1:1/0",
        },
        capture_output=True,
        text=True,
    )
    assert "LOADED CeleryExecutor" in answer.stdout, answer.stderr[-2000:]
