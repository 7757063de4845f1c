"""What runs: the programs of a home, their settings and how to tell that they are well.

The order of `all_services` is the order of starting; stopping goes the other way.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psycopg

from rasure.runtime import airflow, postgres, superset
from rasure.runtime.cluster import Cluster
from rasure.runtime.home import database_folder
from rasure.runtime.limits import limited, machines_memory
from rasure.runtime.ports import listens
from rasure.settings import Settings

GROUPS = {
    "postgres": ("postgres",),
    "airflow": (
        "airflow-api-server",
        "airflow-scheduler",
        "airflow-dag-processor",
        "airflow-triggerer",
    ),
    "superset": ("superset",),
}


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
    told_ports = f"{ports['airflow']} {ports['postgres']}"
    airflow_parts = [
        Service(
            name=f"airflow-{part}",
            command=[airflow.program(), part, *options],
            is_well=partial(_airflow_is_well, settings, ports["airflow"], told),
            # a change of the ports in airflow.cfg restarts what has read it
            environment={**airflow.environment(settings), "RASURE_PORTS": told_ports},
            url=web if part == "api-server" else None,
            port=ports["airflow"] if part == "api-server" else None,
        )
        for part, options, told in (
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
        *airflow_parts,
        Service(
            name="superset",
            command=limited(superset.server_command(ports["superset"])),
            is_well=partial(_superset_is_well, settings, ports["superset"]),
            environment=superset.environment(settings, ports),
            url=front,
            port=ports["superset"],
        ),
    ]


def private_cluster_of(settings: Settings, port: int) -> Cluster:
    """The home's own PostgreSQL cluster, with settings for this machine's memory."""
    memory = machines_memory() // 2**20
    tuning = {
        "shared_buffers": f"{min(max(memory // 8, 128), 1024)}MB",
        "effective_cache_size": f"{max(memory // 3, 256)}MB",
        "work_mem": f"{min(max(memory // 128, 16), 64)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 256)}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "lz4",
        "wal_level": "minimal",  # nobody follows a private cluster; `rasure` rebuilds
        "max_wal_senders": "0",
        "random_page_cost": "1.1",
        "max_connections": "100",
        "jit": "off",
        "client_connection_check_interval": "5s",
    }
    if _shared_memory_is_small():
        tuning["dynamic_shared_memory_type"] = "mmap"
    return Cluster(
        folder=database_folder(settings),
        port=port,
        password=settings.secrets["postgres"]["postgres"],
        settings=tuning,
    )


def _shared_memory_is_small() -> bool:
    """Whether /dev/shm is too small for parallel queries, as in many containers."""
    if not Path("/dev/shm").is_dir():  # noqa: S108 - measured, never written
        return True
    found = os.statvfs("/dev/shm")  # noqa: S108
    return found.f_blocks * found.f_frsize < 512 * 2**20


def listens_itself(settings: Settings, port: int) -> bool:
    """Whether it is a service of this home, not of another, that has `port`."""
    manager = None
    with contextlib.suppress(OSError, ValueError):
        manager = int((settings.home / "run" / "supervisord.pid").read_text())
    return listens(port, manager)


def _database_is_well(cluster: Cluster) -> bool:
    """Whether the server on the port answers and its files are this cluster's.

    The server tells its folder itself: it runs as another user, whose sockets even
    root may not see in a container.
    """
    try:
        with cluster.admin() as connection:
            answer = connection.execute("show data_directory").fetchone()
            return answer == (str(cluster.folder),)
    except psycopg.OperationalError:
        return False


def _superset_is_well(settings: Settings, port: int) -> bool:
    url = f"http://127.0.0.1:{port}/health"
    return listens_itself(settings, port) and _get(url) is not None


def _airflow_is_well(settings: Settings, port: int, part: str) -> bool:
    if not listens_itself(settings, port):
        return False
    answer = _get(f"http://127.0.0.1:{port}/api/v2/monitor/health")
    return answer is not None and answer.json().get(part, {}).get("status") == "healthy"


def _get(url: str) -> httpx.Response | None:
    """The answer of a service on this machine (never through a proxy)."""
    try:
        answer = httpx.get(url, timeout=10, trust_env=False)
    except httpx.HTTPError:
        return None
    return answer if answer.status_code == 200 else None
