"""What the demo brings through, and what it finds of an earlier one."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from rasure.errors import SetupError
from rasure.instruments.demo import simulated_force, steps
from rasure.runtime.superset import drop_cached_answers


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    return tmp_path


def test_without_a_word_it_is_a_simulated_force():
    assert steps.DemoDelivery().source == "niche_rms"
    assert steps.DemoDelivery(is_police_uk=True).source == "police_uk"
    assert steps.DemoDelivery(path=Path("given.zip")).source == "police_uk"
    assert steps.DemoDelivery().years == 6


def test_the_shipped_months_are_named_for_what_they_are():
    if not steps.SHIPPED.exists():
        pytest.skip("needs the reference packages")
    _, name = steps.DemoDelivery(is_police_uk=True).make(print)
    assert name == "west-yorkshire-2016-07_2018-07"


def test_a_path_that_is_not_there_is_named(tmp_path):
    missing = tmp_path / "missing.zip"
    with pytest.raises(SetupError, match=r"nothing at .*missing\.zip"):
        steps.DemoDelivery(path=missing).make(print)


def test_a_force_is_simulated_once(home):
    (home / "simulate").mkdir(mode=0o755)  # as an older version made it
    said: list[str] = []
    first = simulated_force.simulate(1, 1000, said.append)
    written = {file.name: file.stat().st_mtime_ns for file in first.iterdir()}
    assert (first / "manifest.json").exists()
    assert any("rows in" in one for one in said)
    assert simulated_force.simulate(1, 1000, said.append) == first
    assert {f.name: f.stat().st_mtime_ns for f in first.iterdir()} == written
    assert simulated_force.existing_delivery(2, 1000) is None
    state = home / "simulate" / "state" / "plan.json"
    assert json.loads(state.read_text())["years"] == 1
    assert stat.S_IMODE((home / "simulate").stat().st_mode) == 0o700


def test_answers_that_charts_have_kept_are_dropped(home):
    assert drop_cached_answers() == 0
    kept = home / "superset" / "cache" / "data"
    kept.mkdir(parents=True)
    (kept / "one").touch()
    assert drop_cached_answers() == 1
    assert list(kept.iterdir()) == []
