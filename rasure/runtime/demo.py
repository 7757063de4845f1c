"""`rasure demo`: a delivery through the whole line, then where to look.

With nothing given it is three real months of West Yorkshire Police's street-level crime
(July 2016, 2017 and 2018, Open Government Licence), which a Python package carries.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg

from rasure.errors import SetupError
from rasure.runtime import inbox
from rasure.runtime.airflow_api import Airflow
from rasure.runtime.follow import Tell, follow_line
from rasure.settings import CHECKOUT, Settings

SHIPPED = (
    CHECKOUT / ".venv/reference/crime_sim_toolkit/tests/testing_data/test_policedata"
)
SHIPPED_NAME = "west-yorkshire-2016-07_2018-07"
COUNTS = {
    "crimes": "select count(*) from core.fct_crime",
    "hot places": "select count(*) from marts.hot_places",
    "designated hexagons": "select count(*) from marts.hot_places where is_designated",
    "hot spots": "select count(distinct hot_spot_id) from marts.hot_places "
    "where is_designated",
}


def demo(path: Path | None, tell: Tell) -> None:
    """Hand a delivery over and follow it; what has been through is left alone."""
    settings = Settings.load()
    delivery, name = (path, path.name) if path else (SHIPPED, SHIPPED_NAME)
    if not delivery.exists():
        raise SetupError(f"There is nothing at {delivery}. Run scripts/install first.")
    if inbox.is_landed("police_uk", delivery, name) and _is_published(settings):
        tell(f"{name} has been through before; nothing to do")
        return
    began = datetime.now(UTC).isoformat()
    inbox.offer("police_uk", delivery, name)
    tell(f"{name} lies in {settings.landing / 'police_uk'}; waiting for Airflow")
    with Airflow.of_home() as airflow:
        follow_line(airflow, "ingest_police_uk", began, tell)


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


def summary() -> str:
    """Addresses, logins and row counts, for a person at a terminal."""
    settings = Settings.load()
    ports, passwords = settings.stored["ports"], settings.secrets
    lines = ["", "Deliveries"]
    with psycopg.connect(settings.database_url) as connection:
        for name, read, landed, quarantined in connection.execute(
            "select delivery, rows_read, rows_landed, rows_quarantined "
            "from ops.deliveries where state = 'landed' order by load_id"
        ):
            lines.append(
                f"  {name}: {read:,} rows read = {landed:,} landed "
                f"+ {quarantined:,} quarantined"
            )
        lines += ["", "Rows"]
        for name, query in COUNTS.items():
            number = connection.execute(query).fetchone()[0]
            lines.append(f"  {name:<20} {number:>9,}")
    front = f"http://127.0.0.1:{ports['superset']}"
    lines += [
        "",
        "Look at",
        f"  {front}/superset/dashboard/serious-violence/",
        "      the dashboard: start with the tab Places",
        f"  http://127.0.0.1:{ports['airflow']}",
        "      Airflow: the four runs that brought the data there",
        f"  {settings.data_docs / 'index.html'}",
        "      what was checked before the data were let in",
        "",
        "Log in",
        *(
            f"  Superset  {person:<9} {passwords['superset'][person]}"
            for person in ("officer", "analyst", "engineer", "admin")
        ),
        f"  Airflow   admin     {passwords['airflow']['admin']}",
        f"  (kept in {settings.home / 'secrets.toml'})",
        "",
        "Stop everything with .venv/bin/rasure down",
    ]
    return "\n".join(lines)
