"""What several unit tests share: one small simulated force."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.simulated_force import delivered


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Path:
    """Six years of a simulated force at 2,000 crimes a year."""
    from rasure.simulate.extract import write_history
    from rasure.simulate.plan import plan

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
