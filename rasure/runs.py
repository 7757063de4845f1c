"""One run at a time works on the models of a warehouse.

A transform, a designation and the building of geography each read what another writes,
so they take turns. A run is a row of `ops.transform_runs`; its steps may be tasks of a
DAG on different hosts, which is why a session's lock is not enough. While a step works,
its session holds a shared advisory lock on its run, so that a process that was killed
is known at once: its lock went with it.

A run that nobody works on, and whose `idle_seconds` are over, is dead and is taken
over; a step of a run that is no longer the newest is refused. A worker that was cut off
may come back after its step was given to another: a step holds a lock of its own, so
that two tries of it never work at the same time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from rasure.errors import RasureError

logger = logging.getLogger(__name__)

LOCK = 7_257_814  # the first half of the key of a run's advisory lock; the id follows
STEP_LOCK = 7_257_816  # of a step; the hash of the run and the step follows
WAIT_SECONDS = 1800
EARLIER_TRY_SECONDS = 300
POLL_SECONDS = 0.5
TASKS_IDLE_SECONDS = 600  # a scheduler may need minutes from one task to the next

NEWEST = """
    select
        run_id, name, state, version, is_full_refresh, steps_begun, steps_done,
        active_at + make_interval(secs => idle_seconds) < clock_timestamp() as is_idle
    from ops.transform_runs
    order by run_id desc
    limit 1
"""
ADD = """
    insert into ops.transform_runs (name, state, idle_seconds)
    values (%s, 'running', %s)
    returning run_id
"""
ABANDON = """
    update ops.transform_runs set state = 'abandoned', ended_at = clock_timestamp()
    where run_id = %s and state = 'running'
"""
BEGIN_STEP = """
    update ops.transform_runs set
        state = 'running',
        ended_at = null,
        failed_step = null,
        active_at = clock_timestamp(),
        steps_begun = array_append(array_remove(steps_begun, %(step)s), %(step)s),
        steps_done = array_remove(steps_done, %(step)s)
    where run_id = %(run_id)s
"""
END_STEP = """
    update ops.transform_runs set
        active_at = clock_timestamp(),
        steps_done = array_append(steps_done, %(step)s)
    where run_id = %(run_id)s
"""
FAIL = """
    update ops.transform_runs set
        state = 'failed',
        failed_step = %(step)s,
        active_at = clock_timestamp(),
        ended_at = clock_timestamp()
    where run_id = %(run_id)s and state = 'running'
"""
SUCCEED = """
    update ops.transform_runs set state = 'succeeded', ended_at = clock_timestamp()
    where run_id = %s
"""


class RunBusy(RasureError):
    """Another run kept the warehouse for longer than this one was to wait."""

    exit_code = 5


class RunSuperseded(RasureError):
    """A step belongs to a run that a newer one has taken the place of."""

    exit_code = 5


@dataclass(frozen=True)
class Run:
    """The newest run. `version` is what its staging was built by; `is_idle`: nobody has
    worked on it for its `idle_seconds`."""

    run_id: int
    name: str
    state: str
    version: str | None
    is_full_refresh: bool
    steps_begun: list[str]
    steps_done: list[str]
    is_idle: bool


@contextmanager
def exclusive(
    connection: psycopg.Connection,
    name: str,
    *,
    wait_seconds: float = WAIT_SECONDS,
    say: Callable[[str], None] = logger.info,
) -> Iterator[int]:
    """Hold a run of one step, of this name, for the block; yields its id.

    Waits up to `wait_seconds` while another run works. Raises `RunBusy`. `connection`
    is in autocommit mode.
    """
    run_id = begin(connection, name, wait_seconds=wait_seconds, say=say)
    try:
        with step(connection, run_id, name):
            yield run_id
        succeed(connection, run_id)
    finally:
        release(connection, run_id)


def begin(
    connection: psycopg.Connection,
    name: str,
    *,
    idle_seconds: int = 0,
    wait_seconds: float = WAIT_SECONDS,
    say: Callable[[str], None] = logger.info,
) -> int:
    """Begin a run when no other works; returns its id.

    The session holds the run's lock until `release`, or until it ends. `idle_seconds`:
    how long no step of it may be at work before another run takes over; 0 is for a
    process that holds its run from beginning to end. Raises `RunBusy`.
    """
    give_up = time.monotonic() + wait_seconds
    has_said = False
    while (run_id := _try_to_begin(connection, name, idle_seconds)) is None:
        if not has_said:
            say("Another run is working on the models; waiting for it to end.")
            has_said = True
        if time.monotonic() > give_up:
            raise RunBusy(
                f"Another run has worked on this warehouse for {wait_seconds:.0f} s "
                "and is not done. `select * from ops.transform_runs where state = "
                "'running'` says which; let it end, or end it, and try again."
            )
        time.sleep(POLL_SECONDS)
    return run_id


def _try_to_begin(
    connection: psycopg.Connection, name: str, idle_seconds: int
) -> int | None:
    with connection.transaction():
        connection.execute("lock ops.transform_runs in share row exclusive mode")
        previous = newest(connection)
        if previous is not None:
            if not _is_free(connection, previous.run_id):
                return None
            if previous.state == "running" and not previous.is_idle:
                return None
            connection.execute(ABANDON, (previous.run_id,))
        (run_id,) = connection.execute(ADD, (name, idle_seconds)).fetchone()
        connection.execute("select pg_advisory_lock_shared(%s, %s)", (LOCK, run_id))
    return run_id


def release(connection: psycopg.Connection, run_id: int) -> None:
    """Let go of the lock that `begin` took."""
    if not connection.closed:
        connection.execute("select pg_advisory_unlock_shared(%s, %s)", (LOCK, run_id))


@contextmanager
def step(
    connection: psycopg.Connection,
    run_id: int,
    name: str,
    *,
    wait_seconds: float = EARLIER_TRY_SECONDS,
) -> Iterator[Run]:
    """Do a step of a run in the block; yields the run as it stands.

    An exception in the block ends the run as failed, and is raised on. A failed run may
    do the step again as long as no newer one has begun. While the session of an earlier
    try of the step lives, this one waits up to `wait_seconds`. Raises `RunBusy` and
    `RunSuperseded`.
    """
    with (
        _only_try_of_step(connection, run_id, name, wait_seconds),
        _step_of_newest(connection, run_id, name) as run,
    ):
        yield run


@contextmanager
def _only_try_of_step(
    connection: psycopg.Connection, run_id: int, name: str, wait_seconds: float
) -> Iterator[None]:
    key = (STEP_LOCK, f"{run_id} {name}")
    lock = "select pg_try_advisory_lock(%s, hashtext(%s))"
    give_up = time.monotonic() + wait_seconds
    while not connection.execute(lock, key).fetchone()[0]:
        if time.monotonic() > give_up:
            raise RunBusy(
                f"An earlier try of the step {name} still works after "
                f"{wait_seconds:.0f} s, though its worker was given up. See which "
                "worker does not answer and end it; then clear the task."
            )
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s, hashtext(%s))", key)


@contextmanager
def _step_of_newest(
    connection: psycopg.Connection, run_id: int, name: str
) -> Iterator[Run]:
    with connection.transaction():
        connection.execute("lock ops.transform_runs in share row exclusive mode")
        run = newest(connection)
        if run is None or run.run_id != run_id or run.state == "abandoned":
            raise RunSuperseded(
                f"The step {name} belongs to run {run_id}, and a newer run has begun. "
                "Nothing is lost: the next whole transform builds what this one would "
                "have. Start one if `ops.transform_runs` shows none since."
            )
        connection.execute(BEGIN_STEP, {"run_id": run_id, "step": name})
        connection.execute("select pg_advisory_lock_shared(%s, %s)", (LOCK, run_id))
    try:
        yield run
    except BaseException:
        if not connection.closed:
            connection.execute(FAIL, {"run_id": run_id, "step": name})
            release(connection, run_id)
        raise
    connection.execute(END_STEP, {"run_id": run_id, "step": name})
    release(connection, run_id)


def keep_version(
    connection: psycopg.Connection, run_id: int, version: str, is_full_refresh: bool
) -> None:
    """Record what all steps of a run are to be built by."""
    connection.execute(
        "update ops.transform_runs set version = %s, is_full_refresh = %s"
        " where run_id = %s",
        (version, is_full_refresh, run_id),
    )


def succeed(connection: psycopg.Connection, run_id: int) -> None:
    """End a run whose steps are all done."""
    connection.execute(SUCCEED, (run_id,))


def newest(connection: psycopg.Connection) -> Run | None:
    """The run that began last; None when there has been none."""
    with connection.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(NEWEST).fetchone()


def id_of(connection: psycopg.Connection, name: str) -> int | None:
    """The id of the newest run of this name; None when there is none."""
    row = connection.execute(
        "select max(run_id) from ops.transform_runs where name = %s", (name,)
    ).fetchone()
    return row[0]


def is_working(connection: psycopg.Connection) -> bool:
    """True if a run works on the models, or is between two of its steps."""
    run = newest(connection)
    return run is not None and (
        not _is_free(connection, run.run_id)
        or (run.state == "running" and not run.is_idle)
    )


def _is_free(connection: psycopg.Connection, run_id: int) -> bool:
    """True if no session works on a run."""
    (is_free,) = connection.execute(
        "select pg_try_advisory_xact_lock(%s, %s)", (LOCK, run_id)
    ).fetchone()
    return is_free
