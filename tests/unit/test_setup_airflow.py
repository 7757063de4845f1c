"""Airflow's set-up takes whatever password was generated, as Airflow reads it."""

from __future__ import annotations

import os
import subprocess
import sys

READ = """
from airflow.cli import cli_parser
from rasure.runtime.setup_airflow import commands

parser = cli_parser.get_parser()
for command in commands(["-pw--of a dash", "other"]):
    read = parser.parse_args(command)
    if command[0] == "users":
        print("READ", read.username, read.role, repr(read.password))
"""


def test_a_password_that_begins_with_a_dash_is_a_password(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", READ],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "READ admin Admin '-pw--of a dash'" in answer.stdout, answer.stderr[-2000:]
    assert "READ viewer rasure_viewer 'other'" in answer.stdout
