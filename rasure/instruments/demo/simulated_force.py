"""The simulated force of the demo: written once into the home, then handed over.

Its files are the same for the same day, years and size, and a second demo finds them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rasure.settings import Settings

FORCE = "thames-valley"
SEED = 1
YEARS = 6


def folder() -> Path:
    """Where the simulated force lies: deliveries, truth, and what deltas go on from."""
    return Settings.load().home / "simulate"


def simulated(years: int, crimes_per_year: int | None) -> Path | None:
    """The full extract of a force of this size that lies in the home, if any."""
    try:
        state = json.loads((folder() / "state" / "plan.json").read_text())
    except FileNotFoundError:
        return None
    if (state["years"], state["crimes_per_year"]) != (years, crimes_per_year):
        return None
    stamp = datetime.fromisoformat(state["as_at"]).strftime("%Y%m%dT%H%M%SZ")
    delivery = folder() / "deliveries" / f"niche_rms-{FORCE}-full-{stamp}"
    return delivery if (delivery / "manifest.json").exists() else None


def simulate(
    years: int, crimes_per_year: int | None, tell: Callable[[str], None]
) -> Path:
    """The full extract of a force of this size, written now where there is none; the
    data are of this morning, 04:00 UTC."""
    if found := simulated(years, crimes_per_year):
        return found
    from rasure.instruments.simulate.extract import write_history
    from rasure.instruments.simulate.plan import plan

    morning = (datetime.now(UTC) - timedelta(hours=4)).date().isoformat()
    tell(f"simulating {years} years of {FORCE}")
    asked = plan(FORCE, SEED, years, morning, crimes_per_year)
    delivery = write_history(asked, folder())
    rows = sum(file["rows"] for file in _manifest(delivery)["files"])
    tell(f"simulated: {rows:,} rows in {delivery}")
    return delivery


def _manifest(delivery: Path) -> dict:
    return json.loads((delivery / "manifest.json").read_text())
