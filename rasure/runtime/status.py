"""The state of a home: its services, and the day of its data."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import psycopg

from rasure.runtime import supervisor
from rasure.runtime.services import Service, all_services
from rasure.settings import Settings

if TYPE_CHECKING:
    from rasure.runtime.backlog import Overdue


@dataclass(frozen=True)
class ServiceStatus:
    """One service; `state` is well, starting, ill (does not answer), down or failed."""

    name: str
    state: str
    pid: int | None
    uptime_seconds: int | None
    url: str | None
    log: str


def status() -> dict:
    """The state of the home.

    Keys: `home` (path), `services` (`ServiceStatus` as dicts), `warehouse` (True if it
    answers), `data_as_at` (the day of the data of each force), `overdue` (the parts of
    the line whose output is older than their input, `backlog.Overdue` as dicts) and
    `is_working` (True while a run works on the models).
    """
    settings = Settings.load()
    ports = settings.stored.get("ports")
    services = all_services(settings, ports) if ports and settings.secrets else []
    states = supervisor.states(settings) if services else {}
    reachable, data_as_at = _warehouse(settings)
    behind, is_working = _line(settings) if reachable else ([], False)
    return {
        "home": str(settings.home),
        "services": [
            asdict(_service_status(settings, service, states.get(service.name)))
            for service in services
        ],
        "warehouse": reachable,
        "data_as_at": data_as_at,
        "overdue": [asdict(one) for one in behind],
        "is_working": is_working,
    }


def _service_status(
    settings: Settings, service: Service, process: dict | None
) -> ServiceStatus:
    """The status of a service; `process` is what supervisord reports of it."""
    name = process["statename"] if process else "STOPPED"
    if name == "RUNNING":
        state = "well" if service.is_well() else "ill"
    elif name in ("STARTING", "BACKOFF"):
        state = "starting"
    else:
        state = "failed" if name in ("FATAL", "EXITED", "UNKNOWN") else "down"
    runs = name in ("RUNNING", "STARTING")
    return ServiceStatus(
        name=service.name,
        state=state,
        pid=process["pid"] if runs else None,
        uptime_seconds=process["now"] - process["start"] if runs else None,
        url=service.url,
        log=str(settings.logs / f"{service.name}.log"),
    )


def _warehouse(settings: Settings) -> tuple[bool, dict[str, datetime.date]]:
    """True if the warehouse answers, and the day of data of each force in the marts."""
    from rasure.errors import SetupError

    try:
        with psycopg.connect(settings.database_url, connect_timeout=3) as connection:
            marts = connection.execute("select to_regclass('marts.data_freshness')")
            if marts.fetchone() == (None,):
                return True, {}
            rows = connection.execute(
                "select force, max(data_as_at) from marts.data_freshness group by force"
            ).fetchall()
            return True, {force: day for force, day in rows if day is not None}
    except (psycopg.Error, SetupError):
        return False, {}


def _line(settings: Settings) -> tuple[list[Overdue], bool]:
    """The parts of the line that are behind, and if a run works on the models."""
    from rasure import runs
    from rasure.runtime import backlog

    try:
        with psycopg.connect(
            settings.database_url, connect_timeout=3, autocommit=True
        ) as connection:
            return backlog.overdue(connection), runs.is_working(connection)
    except psycopg.errors.UndefinedTable:  # nothing has landed, or before an upgrade
        return [], False
