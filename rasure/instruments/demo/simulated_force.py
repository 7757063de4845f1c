"""The simulated force of the demo, written once into the home.

The same day, years and size give the same files. A second demo uses those of the first.
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
    """The folder of the simulated force: deliveries, truth and state. It is only for
    its owner, as the landing folder is."""
    folder = Settings.load().home / "simulate"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def existing_delivery(years: int, crimes_per_year: int | None) -> Path | None:
    """The full extract of a force of this size in the home; None when there is none."""
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
    years: int, crimes_per_year: int | None, say: Callable[[str], None]
) -> Path:
    """The full extract of a force of this size; writes it when there is none.

    The data are as they were at the last 04:00 UTC.
    """
    if delivery := existing_delivery(years, crimes_per_year):
        return delivery
    from rasure.instruments.simulate.extract import write_history
    from rasure.instruments.simulate.plan import plan

    morning = (datetime.now(UTC) - timedelta(hours=4)).date().isoformat()
    say(f"simulating {years} years of {FORCE}")
    delivery = write_history(
        plan(FORCE, SEED, years, morning, crimes_per_year), folder()
    )
    rows = sum(file["rows"] for file in _manifest(delivery)["files"])
    say(f"simulated: {rows:,} rows in {delivery}")
    return delivery


def _manifest(delivery: Path) -> dict:
    return json.loads((delivery / "manifest.json").read_text())
