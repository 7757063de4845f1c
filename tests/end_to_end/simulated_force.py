"""A small simulated force in the home and the Superset of the published one."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasure.runtime import superset
from tests.homes import Home

FORCE = "Thames Valley Police"
SIZE = ("--years", "2", "--crimes-per-year", "4000", "--as-at", "2026-01-01")


def publish(home: Home, folder: Path) -> None:
    """Simulate, land, transform, designate and publish a force."""
    run(home, "geography", "build", "thames-valley")
    run(home, "simulate", "--out", str(folder), *SIZE)
    (delivery,) = (folder / "deliveries").iterdir()
    run(home, "land", "niche_rms", str(delivery))
    run(home, "transform")
    run(home, "places", "designate", "thames-valley")
    run(home, "transform", "--step", "marts")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RASURE_DATABASE_URL", raising=False)
        patch.setenv("RASURE_HOME", str(home.folder))
        superset.synchronise(warm=True)


def run(home: Home, *arguments: str) -> None:
    """Run `rasure ARGUMENTS`, which must succeed."""
    answer = home.run(*arguments)
    assert answer.returncode == 0, answer.stderr
