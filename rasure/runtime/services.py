"""The services of a home: their programs, their settings and their health checks.

`all_services` lists them in the order of starting; they stop in the reverse order.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psycopg

from rasure.runtime import airflow, postgres, reports, superset
from rasure.runtime.cluster import Cluster
from rasure.runtime.environment import base_environment
from rasure.runtime.home import database_folder
from rasure.runtime.limits import limited, machines_memory
from rasure.runtime.ports import listens
from rasure.runtime.server_settings import tuning
from rasure.settings import Settings

GROUPS = {
    "postgres": ("postgres", "backup-log", "metrics"),
    "airflow": (
        "airflow-api-server",
        "airflow-scheduler",
        "airflow-dag-processor",
        "airflow-triggerer",
    ),
    "superset": ("superset", "reports"),  # reports where the settings ask for them
}
# What runs with the database where the settings ask for it.
COMPANIONS = ("backup-log", "metrics")
LOG_SLOT = "rasure_log"  # the replication slot of `backup-log`


@dataclass(frozen=True)
class Service:
    """One program under the process manager."""

    name: str
    command: list[str]
    is_well: Callable[[], bool]
    environment: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 30
    url: str | None = None
    port: int | None = None


def all_services(settings: Settings, ports: dict[str, int]) -> list[Service]:
    """Every service of the home, in the order of starting."""
    cluster = private_cluster_of(settings, ports["postgres"])
    web = f"http://127.0.0.1:{ports['airflow']}"
    port_numbers = f"{ports['airflow']} {ports['postgres']}"
    airflow_parts = [
        Service(
            name=f"airflow-{part}",
            command=[airflow.program(), part, *options],
            is_well=partial(_airflow_is_well, settings, ports["airflow"], component),
            # another port in airflow.cfg must restart the services that have read it
            environment={**airflow.environment(settings), "RASURE_PORTS": port_numbers},
            url=web if part == "api-server" else None,
            port=ports["airflow"] if part == "api-server" else None,
        )
        for part, options, component in (
            ("api-server", (), "metadatabase"),
            ("scheduler", ("--skip-serve-logs",), "scheduler"),
            ("dag-processor", (), "dag_processor"),
            ("triggerer", ("--skip-serve-logs",), "triggerer"),
        )
    ]
    front = f"http://127.0.0.1:{ports['superset']}"
    return [
        Service(
            name="postgres",
            command=limited(cluster.command()),
            is_well=partial(_database_is_well, cluster),
            user=postgres.operating_user(),
            stop_signal="INT",
            stop_seconds=60,
            url=f"127.0.0.1:{ports['postgres']}",
            port=ports["postgres"],
        ),
        *_companions(settings, cluster),
        *airflow_parts,
        Service(
            name="superset",
            command=limited(superset.server_command(ports["superset"])),
            is_well=partial(_superset_is_well, settings, ports["superset"]),
            environment=superset.environment(settings),
            url=front,
            port=ports["superset"],
        ),
        *_reports(settings),
    ]


def _reports(settings: Settings) -> list[Service]:
    """The service that sends reports, if the settings switch them on."""
    if not reports.are_on(settings):
        return []
    return [
        Service(
            name="reports",
            command=superset.reports_command(),
            is_well=partial(reports.are_well, settings),
            environment={
                **superset.environment(settings),
                **reports.sending_environment(settings),
            },
        )
    ]


def _companions(settings: Settings, cluster: Cluster) -> list[Service]:
    """The services that run with the database where the settings ask for them."""
    program = str(Path(sys.prefix) / "bin" / "rasure")
    companions = []
    if settings.stored.get("backup", {}).get("point_in_time"):
        companions.append(
            Service(
                name="backup-log",
                command=[program, "backup", "log"],
                is_well=partial(_log_is_kept, cluster),
                environment=base_environment(settings),
            )
        )
    metrics_port = settings.stored.get("metrics", {}).get("port")
    if metrics_port:
        url = f"http://127.0.0.1:{metrics_port}/metrics"
        companions.append(
            Service(
                name="metrics",
                command=[program, "metrics", "--port", str(metrics_port)],
                is_well=partial(_metrics_are_served, settings, metrics_port),
                environment=base_environment(settings),
                url=url,
                port=metrics_port,
            )
        )
    return companions


def private_cluster_of(settings: Settings, port: int) -> Cluster:
    """The home's own PostgreSQL cluster, with settings for this machine's memory."""
    server_settings = {
        **tuning(machines_memory()),
        **_log_settings(settings.stored.get("backup", {})),
        "max_connections": "100",
    }
    if _shared_memory_is_small():
        server_settings["dynamic_shared_memory_type"] = "mmap"
    return Cluster(
        folder=database_folder(settings),
        port=port,
        password=settings.secrets["postgres"]["postgres"],
        settings=server_settings,
    )


def _log_settings(backup: dict) -> dict[str, str]:
    """How much the database logs, by the section `[backup]` of the settings.

    A minimal log makes a full refresh quicker. It allows no backup while the database
    works, and no restoring to a minute.
    """
    if backup.get("point_in_time"):
        return {
            "wal_level": "replica",
            "max_wal_senders": "6",
            "archive_timeout": "60s",  # so much is lost at most with the machine
            "max_slot_wal_keep_size": "16GB",  # rather a gap, said, than a full disk
        }
    if backup.get("online"):
        return {"wal_level": "replica", "max_wal_senders": "6"}
    return {"wal_level": "minimal", "max_wal_senders": "0"}


def _shared_memory_is_small() -> bool:
    """True if /dev/shm is too small for parallel queries, as in many containers."""
    if not Path("/dev/shm").is_dir():  # noqa: S108 - measured, never written
        return True
    disk = os.statvfs("/dev/shm")  # noqa: S108
    return disk.f_blocks * disk.f_frsize < 512 * 2**20


def listens_itself(settings: Settings, port: int) -> bool:
    """True if a service of this home, not of another, listens on `port`."""
    manager = None
    with contextlib.suppress(OSError, ValueError):
        manager = int((settings.home / "run" / "supervisord.pid").read_text())
    return listens(port, manager)


def _database_is_well(cluster: Cluster) -> bool:
    """True if the server on the port answers and its data folder is the cluster's.

    The check asks the server for its folder, because the server runs as another user,
    whose sockets even root may not see in a container.
    """
    try:
        with cluster.admin() as connection:
            answer = connection.execute("show data_directory").fetchone()
            return answer == (str(cluster.folder),)
    except psycopg.OperationalError:
        return False


def _log_is_kept(cluster: Cluster) -> bool:
    """True if the service that keeps the log receives it."""
    try:
        with cluster.admin() as connection:
            answer = connection.execute(
                "select active from pg_replication_slots where slot_name = %s",
                [LOG_SLOT],
            ).fetchone()
            return answer == (True,)
    except psycopg.OperationalError:
        return False


def _metrics_are_served(settings: Settings, port: int) -> bool:
    url = f"http://127.0.0.1:{port}/metrics"
    return listens_itself(settings, port) and _get(url) is not None


def _superset_is_well(settings: Settings, port: int) -> bool:
    url = f"http://127.0.0.1:{port}/health"
    return listens_itself(settings, port) and _get(url) is not None


def _airflow_is_well(settings: Settings, port: int, component: str) -> bool:
    if not listens_itself(settings, port):
        return False
    answer = _get(f"http://127.0.0.1:{port}/api/v2/monitor/health")
    if answer is None:
        return False
    return answer.json().get(component, {}).get("status") == "healthy"


def _get(url: str) -> httpx.Response | None:
    """The answer of a service on this machine, without a proxy; None if it has none."""
    try:
        answer = httpx.get(url, timeout=10, trust_env=False)
    except httpx.HTTPError:
        return None
    return answer if answer.status_code == 200 else None
