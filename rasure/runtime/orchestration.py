"""What the DAGs share: retries, deadlines, notes on failure, and landing as a task.

The work of a task is in the other packages of `rasure`. Every DAG file imports this
module, so it imports nothing heavy at the top.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from airflow.sdk import (
    Asset,
    AssetWatcher,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    SyncCallback,
)

from rasure.runtime.catching_up import PartDue

log = logging.getLogger(__name__)

# A connection, a disk or a busy server may recover in a minute. Bad data and faults of
# the code stay the same, so everything else fails at once.
MAY_PASS = (
    "rasure.errors.SetupError",
    "rasure.runs.RunBusy",
    "rasure.runtime.superset.PublishFailed",
    "psycopg.OperationalError",
    "httpx.TransportError",
    "builtins.OSError",
)
RETRIES = {
    "retries": 3,
    "retry_delay": timedelta(seconds=20),
    "retry_policy": ExceptionRetryPolicy(
        rules=[RetryRule(exception=list(MAY_PASS), action=RetryAction.RETRY)],
        default=RetryAction.FAIL,
    ),
}


def note_failure(context) -> None:
    """Set the exception's sentence as the note of the DAG run, for the overview."""
    from rasure.runtime.airflow_api import Airflow

    run = context["dag_run"]
    task = context["task_instance"]
    note = f"{task.task_id}: {context.get('exception')}"
    log.error(note)
    try:
        with Airflow.of_home() as airflow:
            airflow.note(run.dag_id, run.run_id, note)
    except Exception:
        log.warning("the note could not be put on the run", exc_info=True)


DEFAULTS = {**RETRIES, "owner": "rasure", "on_failure_callback": note_failure}


def waiting(part: str) -> Asset:
    """The asset that changes when a part of the line is behind: transform, designate
    or publish."""
    watcher = AssetWatcher(name=f"{part} is behind", trigger=PartDue(part))
    return Asset(f"rasure://waiting/{part}", watchers=[watcher])


def deadline(minutes: int) -> DeadlineAlert:
    """An alarm for a run that has not finished `minutes` after it was queued."""
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=minutes),
        callback=SyncCallback(record_missed_deadline),
        name=f"{minutes} minutes",
    )


def record_missed_deadline(context: dict) -> None:
    """Write the missed deadline to the log and to `ops.missed_deadlines`."""
    from rasure.database import connect

    run = context["dag_run"]
    log.error("%s, run %s: not finished in time", run["dag_id"], run["dag_run_id"])
    with connect("rasure deadline") as connection:
        connection.execute(
            "insert into ops.missed_deadlines (dag_id, run_id, deadline_at) "
            "values (%s, %s, %s) on conflict do nothing",
            (run["dag_id"], run["dag_run_id"], context["deadline"]["deadline_time"]),
        )


def land_offered(source: str, path: str) -> dict:
    """Land a delivery and replace its flag; returns the counts as the task's result.

    Raises `DeliveryRejected`, also for a path that leads out of the source's folder.
    """
    from rasure.landing import DeliveryRejected, land
    from rasure.runtime import inbox

    delivery = Path(path)
    try:
        inbox.check_lies_within(source, delivery)
        landed = land(source, delivery)
    except DeliveryRejected as error:
        inbox.record_outcome(delivery, ".rejected", str(error))
        raise
    counts = {
        name: getattr(landed, name)
        for name in ("load_id", "state", "rows_read", "rows_landed", "rows_quarantined")
    }
    inbox.record_outcome(
        delivery, ".landed", f"load {landed.load_id}: {landed.state}\n"
    )
    return counts
