"""`rasure demo`: a delivery through the whole line.

With nothing given it is six years of a simulated force, and beside it, landed before,
three real months of West Yorkshire Police's street-level crime (July 2016, 2017 and
2018, Open Government Licence), which a Python package carries. With `--police-uk` it is
these alone; with a path, what lies there.

It is done in three parts, so that `scripts/demo` can install and set up Superset while
the simulator writes and the warehouse is filled: make, hand over, follow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from rasure.errors import SetupError
from rasure.instruments.demo import simulated_force
from rasure.instruments.demo.follow import Tell, follow_line
from rasure.runtime import inbox
from rasure.runtime.airflow_api import Airflow
from rasure.settings import CHECKOUT, Settings

SHIPPED = (
    CHECKOUT / ".venv/reference/crime_sim_toolkit/tests/testing_data/test_policedata"
)
SHIPPED_NAME = "west-yorkshire-2016-07_2018-07"


@dataclass(frozen=True)
class Asked:
    """What to bring through: a path, the shipped months, or a simulated force."""

    path: Path | None = None
    is_police_uk: bool = False
    years: int = simulated_force.YEARS
    crimes_per_year: int | None = None

    @property
    def source(self) -> str:
        """The source that the delivery is of."""
        return "police_uk" if self.path or self.is_police_uk else "niche_rms"

    def make(self, tell: Tell) -> tuple[Path, str]:
        """The delivery, simulated where that is wanted and not done, and its name."""
        if self.source == "niche_rms":
            found = simulated_force.simulate(self.years, self.crimes_per_year, tell)
            return found, found.name
        delivery, name = (
            (self.path, self.path.name) if self.path else (SHIPPED, SHIPPED_NAME)
        )
        if not delivery.exists():
            raise SetupError(
                f"There is nothing at {delivery}. Run scripts/install first."
            )
        return delivery, name


def hand_over(asked: Asked, tell: Tell) -> None:
    """Give a delivery to Airflow; what has been through is left alone."""
    settings = Settings.load()
    delivery, name = asked.make(tell)
    began = _handed_over(settings)
    began.unlink(missing_ok=True)
    if asked.source == "niche_rms":
        _land_shipped(tell)
    if inbox.is_landed(asked.source, delivery, name) and _is_published(settings):
        tell(f"{name} has been through before; nothing to do")
        return
    told = {
        "dag": f"ingest_{asked.source}",
        "name": name,
        "since": datetime.now(UTC).isoformat(),
    }
    inbox.offer(asked.source, delivery, name)
    began.write_text(json.dumps(told))
    tell(f"{name} lies in {settings.landing / asked.source}")


def _land_shipped(tell: Tell) -> None:
    """Land the shipped months, for the transform of the simulated force to take on."""
    from rasure.landing import land

    delivery, name = Asked(is_police_uk=True).make(tell)
    landed = land("police_uk", inbox.put("police_uk", delivery, name))
    known = ", which had been landed before" if landed.state == "known" else ""
    tell(f"{name}: {landed.rows_landed:,} rows landed{known}")


def follow(tell: Tell) -> None:
    """Follow what was handed over until it is on the dashboard."""
    began = _handed_over(Settings.load())
    if not began.exists():
        return
    told = json.loads(began.read_text())
    tell(f"following {told['name']} through Airflow")
    with Airflow.of_home() as airflow:
        follow_line(airflow, told["dag"], told["since"], tell)
    began.unlink()


def _handed_over(settings: Settings) -> Path:
    return settings.home / "run" / "demo.json"


def _is_published(settings: Settings) -> bool:
    """Whether the last publication went well and is newer than the last landing."""
    with Airflow.of_home() as airflow:
        runs = [run for run in airflow.runs("publish") if run["state"] == "success"]
    if not runs:
        return False
    with psycopg.connect(settings.database_url) as connection:
        newer = connection.execute(
            "select coalesce(max(landed_at) < %s, false) from ops.deliveries "
            "where state = 'landed'",
            (runs[0]["end_date"],),
        )
        return newer.fetchone()[0]
