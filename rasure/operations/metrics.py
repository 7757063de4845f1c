"""The figures of a home for Prometheus: how old, how complete, what waits, what failed.

Each figure is read when the page is asked for. The page is served when the warehouse is
down too, and says so. Its labels name forces, sources, services and the like; no label
and no value is of a person.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rasure.database import connect
from rasure.errors import RasureError, SetupError
from rasure.operations import catalogue
from rasure.operations.options import backup_options
from rasure.runtime import backlog, inbox, supervisor
from rasure.runtime.services import LOG_SLOT, private_cluster_of
from rasure.settings import Settings
from rasure.sources import NAMES

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Figure:
    """A figure of the page: its name, what it says, its labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    query: str | None = None  # rows of the labels and the value, in the warehouse


# Figures that one query of the warehouse answers.
QUERIED = (
    Figure(
        "rasure_data_as_at_timestamp_seconds",
        "The newest day of the data of a force in the marts.",
        ("force",),
        "select force, extract(epoch from max(data_as_at)::timestamptz)"
        " from marts.data_freshness where data_as_at is not null group by force",
    ),
    Figure(
        "rasure_last_landing_timestamp_seconds",
        "When the newest delivery of a source landed.",
        ("source",),
        "select source, extract(epoch from max(landed_at)) from ops.deliveries"
        " where state = 'landed' group by source",
    ),
    Figure(
        "rasure_deliveries",
        "Deliveries on record, by what became of them.",
        ("source", "state"),
        "select source, state, count(*) from ops.deliveries group by source, state",
    ),
    Figure(
        "rasure_deliveries_refused_last_day",
        "Deliveries that were refused in the last 24 hours.",
        ("source",),
        "select source, count(*) filter (where state = 'rejected'"
        " and received_at > now() - interval '24 hours')"
        " from ops.deliveries group by source",
    ),
    Figure(
        "rasure_quarantine_ratio",
        "The share of rows in quarantine of a source's newest landed delivery.",
        ("source",),
        "select distinct on (source) source,"
        " coalesce(rows_quarantined::float8 / nullif(rows_read, 0), 0)"
        " from ops.deliveries where state = 'landed' order by source, load_id desc",
    ),
    Figure(
        "rasure_deliveries_not_built",
        "Deliveries that landed or were withdrawn and are not in the marts as such.",
        ("source",),
        "select source, count(*) from ops.unbuilt_deliveries group by source",
    ),
    Figure(
        "rasure_last_transform_timestamp_seconds",
        "When the last whole transform ended well.",
        (),
        "select extract(epoch from max(ended_at)) from ops.transform_runs"
        " where state = 'succeeded' and 'marts' = any(steps_done)"
        " having max(ended_at) is not null",
    ),
    Figure(
        "rasure_run_failed",
        "1 if the newest run on the models failed.",
        (),
        "select (state = 'failed')::integer from ops.transform_runs"
        " order by run_id desc limit 1",
    ),
    Figure(
        "rasure_models_failed",
        "Models, seeds and tests that failed in the newest call of dbt of a step.",
        ("step", "kind"),
        "select step, resource_type, count(*) filter"
        " (where status in ('error', 'fail', 'runtime error'))"
        " from ops.dbt_runs where invocation_id in (select distinct on (step)"
        " invocation_id from ops.dbt_runs order by step, finished_at desc)"
        " group by step, resource_type",
    ),
    Figure(
        "rasure_missed_deadlines_last_day",
        "Runs of DAGs that were not through in time, in the last 24 hours.",
        (),
        "select count(*) from ops.missed_deadlines"
        " where missed_at > now() - interval '24 hours'",
    ),
)
WAREHOUSE_UP = Figure("rasure_warehouse_up", "1 if the warehouse answers.")
SERVICE_UP = Figure(
    "rasure_service_up", "1 if the process manager has a service running.", ("service",)
)
WAITING = Figure(
    "rasure_deliveries_waiting", "Deliveries in the watched folder.", ("source",)
)
WAITING_SECONDS = Figure(
    "rasure_delivery_waiting_seconds", "How long the oldest has waited.", ("source",)
)
BEHIND_SECONDS = Figure(
    "rasure_behind_seconds",
    "For how long the output of a part of the line has been older than its input.",
    ("part",),
)
DAG_FAILED = Figure(
    "rasure_dag_failed", "1 if the newest ended run of a DAG failed.", ("dag",)
)
BACKUP_AT = Figure(
    "rasure_backup_timestamp_seconds", "When the newest backup was begun; 0 if never."
)
BACKUP_VERIFIED_AT = Figure(
    "rasure_backup_verified_timestamp_seconds",
    "When a backup that is kept was last verified; 0 if never.",
)
BACKUP_BYTES = Figure("rasure_backup_bytes", "The size of the newest backup.")
LOG_BEHIND = Figure(
    "rasure_backup_log_behind_bytes",
    "How much of the log the database still keeps for the backups.",
)
DISK_FREE = Figure(
    "rasure_disk_free_bytes",
    "Room on the disk of home, landing folder, database, backups.",
    ("place",),
)
DISK_SIZE = Figure("rasure_disk_size_bytes", "The size of that disk.", ("place",))

FIGURES = (
    WAREHOUSE_UP,
    SERVICE_UP,
    WAITING,
    WAITING_SECONDS,
    BEHIND_SECONDS,
    DAG_FAILED,
    BACKUP_AT,
    BACKUP_VERIFIED_AT,
    BACKUP_BYTES,
    LOG_BEHIND,
    DISK_FREE,
    DISK_SIZE,
    *QUERIED,
)

NEWEST_DAG_RUNS = """
    select distinct on (dag_id) dag_id, (state = 'failed')::integer
    from dag_run
    where state in ('success', 'failed')
    order by dag_id, end_date desc nulls last
"""
LOG_KEPT = """
    select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)
    from pg_replication_slots
    where slot_name = %s and restart_lsn is not null
"""
Values = dict[Figure, list[tuple]]


def page() -> bytes:
    """The page, in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(HomeCollector())
    return generate_latest(registry)


class HomeCollector(Collector):
    """Reads the figures of the home whenever it is asked."""

    def describe(self) -> list[Metric]:
        """The figures without values; no home is read."""
        return [_family(figure, []) for figure in FIGURES]

    def collect(self) -> Iterator[Metric]:
        """Every figure; one that cannot be read now has no value."""
        values = read()
        for figure in FIGURES:
            yield _family(figure, values.get(figure, []))


def _family(figure: Figure, rows: list[tuple]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(figure.name, figure.meaning, labels=figure.labels)
    for *labels, value in rows:
        family.add_metric([str(label) for label in labels], float(value))
    return family


def serve(port: int) -> None:
    """Serve the page on this machine until the process is ended."""
    from prometheus_client import start_http_server

    registry = CollectorRegistry()
    registry.register(HomeCollector())
    _, thread = start_http_server(port, addr=HERE, registry=registry)
    thread.join()


def read() -> Values:
    """The values of the figures by figure, as rows of labels and a value."""
    settings = Settings.load()
    values: Values = {
        WAREHOUSE_UP: [(0,)],
        SERVICE_UP: [
            (name, int(process["statename"] == "RUNNING"))
            for name, process in supervisor.states(settings).items()
        ],
        WAITING: [],
        WAITING_SECONDS: [],
        **_disks(settings),
        **_backups(settings),
    }
    for source in NAMES:
        flagged = inbox.waiting_since(source)
        values[WAITING].append((source, len(flagged)))
        oldest = time.time() - min(flagged) if flagged else 0
        values[WAITING_SECONDS].append((source, oldest))
    try:
        with connect("rasure metrics", autocommit=True) as connection:
            values[WAREHOUSE_UP] = [(1,)]
            values |= _of_warehouse(connection)
    except (RasureError, psycopg.OperationalError):
        pass  # the page says that the warehouse is down
    return {**values, **_dags(settings), **_backup_log(settings)}


def _of_warehouse(connection: psycopg.Connection) -> Values:
    values: Values = {}
    for figure in QUERIED:
        try:
            values[figure] = connection.execute(figure.query).fetchall()
        except psycopg.errors.UndefinedTable:
            continue  # nothing has landed, or no transform has been whole
    try:
        behind = {
            one.part: time.time() - one.since.timestamp()
            for one in backlog.overdue(connection)
        }
    except psycopg.errors.UndefinedTable:
        return values
    parts = [(part, behind.get(part, 0)) for part in backlog.PARTS]
    return values | {BEHIND_SECONDS: parts}


def _dags(settings: Settings) -> Values:
    """If the newest ended run of each DAG failed; nothing where Airflow has no database
    or it is down."""
    try:
        url = settings.role_url("airflow", "airflow")
        with psycopg.connect(url, connect_timeout=3) as connection:
            return {DAG_FAILED: connection.execute(NEWEST_DAG_RUNS).fetchall()}
    except (KeyError, SetupError, psycopg.OperationalError):
        return {}
    except psycopg.errors.UndefinedTable:
        return {}  # a first start has not come to an end


def _backup_log(settings: Settings) -> Values:
    """How far the log of the backups is behind; nothing where none is kept."""
    port = settings.stored.get("ports", {}).get("postgres")
    if port is None or not settings.stored.get("backup", {}).get("point_in_time"):
        return {}
    try:
        with private_cluster_of(settings, port).admin() as connection:
            return {LOG_BEHIND: connection.execute(LOG_KEPT, [LOG_SLOT]).fetchall()}
    except psycopg.Error:
        return {}  # the database is down, which WAREHOUSE_UP says


def _backups(settings: Settings) -> Values:
    try:
        options = backup_options(settings)
        kept = catalogue.backups(options.directory) if options.directory else []
        known = [backup for backup in kept if backup.home_id == options.home_id]
    except RasureError:
        known = []
    verified = [catalogue.verified_at(backup) for backup in known]
    return {
        BACKUP_AT: [(known[-1].begun_at.timestamp() if known else 0,)],
        BACKUP_VERIFIED_AT: [
            (max((at.timestamp() for at in verified if at), default=0),)
        ],
        BACKUP_BYTES: [(known[-1].bytes,)] if known else [],
    }


def _disks(settings: Settings) -> Values:
    places = {
        "home": settings.home,
        "landing": settings.landing,
        "database": settings.home / "postgres",
    }
    directory = settings.stored.get("backup", {}).get("directory")
    if directory:
        places["backups"] = directory
    free, size = [], []
    for place, path in places.items():
        try:
            usage = shutil.disk_usage(path)
        except OSError:
            continue  # not set up yet, or a disk that is not there
        free.append((place, usage.free))
        size.append((place, usage.total))
    return {DISK_FREE: free, DISK_SIZE: size}
