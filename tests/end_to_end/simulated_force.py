"""A small simulated force beside the published one, in the same home and Superset."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasure.runtime import superset
from tests.homes import Home

FORCE = "Thames Valley Police"
SIZE = ("--years", "2", "--crimes-per-year", "4000", "--as-at", "2026-01-01")


def publish(home: Home, folder: Path) -> None:
    """Simulate, land, model, designate and publish; again adds nothing."""
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
    """`rasure ARGUMENTS`, which must go well."""
    answer = home.run(*arguments)
    assert answer.returncode == 0, answer.stderr
