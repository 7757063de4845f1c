"""The figures for Prometheus: what the alerts and the dashboard ask for is served."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from rasure.operations import metrics
from rasure.settings import CHECKOUT

MONITORING = CHECKOUT / "deploy" / "monitoring"
NAME = re.compile(r"\brasure_\w+")
# No label may hold anything of a person; a new one is added here on purpose.
LABELS = {"dag", "force", "kind", "part", "place", "service", "source", "state", "step"}


def asked_for() -> dict[str, str]:
    """The expressions of the alerts and of the dashboard, by where they stand."""
    alerts = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    dashboard = json.loads((MONITORING / "grafana_dashboard.json").read_text())
    found = {
        rule["alert"]: rule["expr"]
        for group in alerts["groups"]
        for rule in group["rules"]
    }
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            found[f"{panel['title']} {target['refId']}"] = target["expr"]
    return found


@pytest.fixture
def served(tmp_path, monkeypatch) -> dict[str, str]:
    """The names that the page of a home without anything serves."""
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RASURE_DATABASE_URL", raising=False)
    return {
        family.name: family.documentation
        for family in text_string_to_metric_families(metrics.page().decode())
    }


def test_what_alerts_and_dashboard_ask_for_is_served(served):
    for place, expression in asked_for().items():
        names = set(NAME.findall(expression))
        assert names, place
        assert names <= served.keys(), place


def test_each_figure_is_on_the_dashboard_and_says_what_it_is(served):
    shown = {name for text in asked_for().values() for name in NAME.findall(text)}
    assert served.keys() == shown
    assert all(meaning.endswith((".", "never")) for meaning in served.values())


def test_a_home_without_anything_has_a_page(served, tmp_path):
    assert "rasure_warehouse_up 0.0" in metrics.page().decode()
    assert not (tmp_path / "home").exists()


def test_labels_are_of_the_kinds_that_hold_nothing_of_a_person():
    assert {label for figure in metrics.FIGURES for label in figure.labels} == LABELS
    texts = [
        (MONITORING / name).read_text()
        for name in ("alerts.yml", "grafana_dashboard.json")
    ]
    used = {
        label
        for text in texts
        for label in re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", text)
    }
    assert used <= LABELS


def test_each_alert_says_what_to_do_and_how_loud():
    alerts = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    for group in alerts["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
            assert rule["annotations"]["summary"].strip().endswith((".", "left."))


def test_prometheus_reads_the_rules():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs promtool, of the package prometheus")
    for kind, name in (("rules", "alerts.yml"), ("config", "prometheus.yml")):
        answer = subprocess.run(
            [promtool, "check", kind, name],
            cwd=MONITORING,
            capture_output=True,
            text=True,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("name", ["prometheus.yml", "alerts.yml"])
def test_the_files_name_each_other(name):
    assert (MONITORING / name).exists()
    configuration = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
    assert configuration["rule_files"] == ["alerts.yml"]
    assert Path(configuration["rule_files"][0]).name == "alerts.yml"
