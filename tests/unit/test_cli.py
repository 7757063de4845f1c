"""The command line answers at once: what is heavy is imported by the work itself."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    *("airflow", "dbt", "duckdb", "geopandas", "great_expectations", "networkx"),
    *("numpy", "pandas", "psycopg", "pyarrow", "rustworkx", "scipy", "splink"),
    "sqlalchemy",
)
CHECK = f"""
import sys
import rasure.cli
sys.exit(", ".join(sorted(set({HEAVY!r}) & set(sys.modules))) or None)
"""


def test_nothing_heavy_is_imported_to_show_the_commands():
    answer = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
