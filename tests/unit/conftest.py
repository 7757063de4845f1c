"""What several unit tests share: two small simulated forces."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rasure.sources.niche_rms.entities import ENTITIES
from tests.unit.simulated_force import MAPPING, delivered


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Path:
    """Six years of a simulated force at 2,000 crimes a year."""
    from rasure.instruments.simulate.extract import write_history
    from rasure.instruments.simulate.plan import plan

    folder = tmp_path_factory.mktemp("force")
    write_history(plan("thames-valley", 1, 6, crimes_per_year=2_000), folder)
    return folder


@pytest.fixture(scope="session")
def delivery(simulated: Path) -> Path:
    """Its full delivery."""
    return next((simulated / "deliveries").iterdir())


@pytest.fixture(scope="session")
def occurrences(delivery: Path) -> list[dict]:
    """The rows of its occurrences."""
    return delivered(delivery, "occurrences")


@pytest.fixture(scope="session")
def history(tmp_path_factory) -> Path:
    """One year of a simulated force at 20,000 crimes a year."""
    from rasure.instruments.simulate.extract import write_history
    from rasure.instruments.simulate.plan import plan

    folder = tmp_path_factory.mktemp("year")
    write_history(plan("thames-valley", 3, 1, crimes_per_year=20_000), folder)
    return folder


@pytest.fixture
def out(history: Path, tmp_path: Path) -> Path:
    """A folder in which that year can go on."""
    shutil.copytree(history / "state", tmp_path / "state")
    return tmp_path


@pytest.fixture(scope="session")
def full(history: Path) -> dict[str, dict[str, dict]]:
    """The year's full delivery: by entity, the rows by their id."""
    delivery = next((history / "deliveries").iterdir())
    return {
        name: {row[ENTITIES[name].key]: row for row in delivered(delivery, name)}
        for name in MAPPING.entities
        if name not in ("choices", "deletions")
    }
