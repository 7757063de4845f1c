"""The steps of `rasure demo`: make a delivery, hand it over to Airflow, follow it.

By default the delivery is six years of a simulated force. Before it, three real months
of West Yorkshire Police's street-level crime are landed (July 2016, 2017 and 2018, Open
Government Licence); a Python package ships them. With `--police-uk` the delivery is
these months. With a path, it is the files there.

The steps can be run one by one, so that `scripts/demo` can install Superset while the
force is simulated and the warehouse is filled.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from rasure.errors import SetupError
from rasure.instruments.demo import simulated_force
from rasure.instruments.demo.follow import Say, follow_line
from rasure.runtime import inbox
from rasure.runtime.airflow_api import Airflow
from rasure.settings import CHECKOUT, Settings

SHIPPED = (
    CHECKOUT / ".venv/reference/crime_sim_toolkit/tests/testing_data/test_policedata"
)
SHIPPED_NAME = "west-yorkshire-2016-07_2018-07"


@dataclass(frozen=True)
class DemoDelivery:
    """The delivery to show: a path, the shipped months or a simulated force."""

    path: Path | None = None
    is_police_uk: bool = False
    years: int = simulated_force.YEARS
    crimes_per_year: int | None = None

    @property
    def source(self) -> str:
        """The source of the delivery."""
        return "police_uk" if self.path or self.is_police_uk else "niche_rms"

    def make(self, say: Say) -> tuple[Path, str]:
        """The path and the name of the delivery; simulates it if there is none.

        Raises `SetupError` when there is nothing at the path.
        """
        if self.source == "niche_rms":
            path = simulated_force.simulate(self.years, self.crimes_per_year, say)
            return path, path.name
        path, name = SHIPPED, SHIPPED_NAME
        if self.path:
            path, name = self.path, self.path.name
        if not path.exists():
            raise SetupError(f"There is nothing at {path}. Run scripts/install first.")
        return path, name


def hand_over(delivery: DemoDelivery, say: Say) -> None:
    """Hand a delivery over to Airflow, unless it is landed and published already."""
    settings = Settings.load()
    path, name = delivery.make(say)
    note = _note_of_handover(settings)
    note.unlink(missing_ok=True)
    if delivery.source == "niche_rms":
        _land_shipped_months(say)
    if inbox.is_landed(delivery.source, path, name) and _is_published(settings):
        say(f"{name} was landed and published before; nothing to do")
        return
    handover = {
        "dag": f"ingest_{delivery.source}",
        "name": name,
        "since": datetime.now(UTC).isoformat(),
    }
    inbox.offer(delivery.source, path, name)
    note.write_text(json.dumps(handover))
    say(f"{name} is in {settings.landing / delivery.source}")


def _land_shipped_months(say: Say) -> None:
    """Land the shipped months; the transform of the simulated force models them too."""
    from rasure.landing import land

    path, name = DemoDelivery(is_police_uk=True).make(say)
    landed = land("police_uk", inbox.put("police_uk", path, name))
    before = ", which had been landed before" if landed.state == "known" else ""
    say(f"{name}: {landed.rows_landed:,} rows landed{before}")


def follow(say: Say) -> None:
    """Follow the delivery that was handed over until it is on the dashboard."""
    note = _note_of_handover(Settings.load())
    if not note.exists():
        return
    handover = json.loads(note.read_text())
    say(f"following {handover['name']} through Airflow")
    with Airflow.of_home() as airflow:
        follow_line(airflow, handover["dag"], handover["since"], say)
    note.unlink()


def _note_of_handover(settings: Settings) -> Path:
    """The file that says which delivery was handed over and is still to be followed."""
    return settings.home / "run" / "demo.json"


def _is_published(settings: Settings) -> bool:
    """True if the last successful publication is newer than every landing."""
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
