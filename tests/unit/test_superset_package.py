"""The package `rasure_superset` is installed in both environments, and alone."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rasure.runtime.superset import ENVIRONMENT
from rasure.settings import CHECKOUT

# Names that would be importable if the folder superset/ were on the import path.
FOLDERS = ["access", "assets", "gunicorn_config", "superset_config", "templates"]
SCRIPT = """
import importlib.util
import json
import sys

names = ["rasure_superset", *json.load(sys.stdin)]
specs = {name: importlib.util.find_spec(name) for name in names}
print(json.dumps({name: spec and spec.origin for name, spec in specs.items()}))
"""


@pytest.mark.parametrize(
    "python",
    [sys.executable, ENVIRONMENT / "bin" / "python"],
    ids=["ours", "superset's"],
)
def test_the_package_is_installed_and_its_folder_is_not_on_the_import_path(python):
    run = subprocess.run(
        [python, "-P", "-c", SCRIPT],
        input=json.dumps(FOLDERS),
        capture_output=True,
        text=True,
        check=True,
    )
    package = CHECKOUT / "superset" / "rasure_superset" / "__init__.py"
    assert json.loads(run.stdout) == {
        "rasure_superset": str(package),
        **dict.fromkeys(FOLDERS),
    }


def test_the_folder_does_not_hide_the_installed_superset():
    assert not (CHECKOUT / "superset" / "__init__.py").exists()
