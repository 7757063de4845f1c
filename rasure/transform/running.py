"""Run layers of the dbt project, one dbt process each, one transform at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from rasure import schema
from rasure.database import connect
from rasure.settings import Settings
from rasure.sources import NAMES
from rasure.transform import dbt, results
from rasure.transform.access import grant_reader
from rasure.transform.errors import DbtUnusable, TransformBusy, TransformFailed
from rasure.transform.ground import ensure_ground
from rasure.transform.layers import WHOLE, selection
from rasure.transform.results import LayerResult, NodeResult

LOCK = 7_257_814  # arbitrary; geography builds take it too, to wait for each other

logger = logging.getLogger(__name__)


def run_layers(
    layers: Iterable[str] = WHOLE,
    full_refresh: bool = False,
    *,
    say: Callable[[str], None] = logger.info,
    unit_tests: bool = False,
    wait_seconds: int = 1800,
) -> list[LayerResult]:
    """Build `layers` in turn, each with its tests, and keep the results in `ops`.

    `full_refresh` makes incremental models from nothing. `say` gets dbt's lines as they
    come. Unit tests are for development: they are left out unless `unit_tests`. While
    another transform runs, this one waits up to `wait_seconds`.

    Raises `TransformFailed` (a model or test failed; later layers are not run),
    `TransformBusy`, `UnknownLayer`, `SetupError`.
    """
    chosen = [(layer, selection(layer)) for layer in layers]
    settings = Settings.load()
    with connect("rasure transform", autocommit=True) as connection:
        schema.ensure(connection)
        with _only_one(connection, wait_seconds, say):
            grant_reader(connection)
            ensure_ground(connection, say)
            options = _options(connection, full_refresh, unit_tests)
            return [
                _run(connection, settings, layer, [*selectors, *options], say)
                for layer, selectors in chosen
            ]


def startup_seconds() -> float:
    """How long dbt takes to start and find that there is nothing to do."""
    started = time.monotonic()
    code, tail = dbt.call(
        Settings.load(), ["build", "--select", "path:nothing"], lambda line: None
    )
    if code != 0:
        raise DbtUnusable(f"dbt stopped with code {code}:\n{tail.strip()}")
    return round(time.monotonic() - started, 3)


def _options(
    connection: psycopg.Connection, full_refresh: bool, unit_tests: bool
) -> list[str]:
    """dbt's options for every layer.

    Models with the tag of a source are left out while nothing of that source has
    landed: empty, each would cost a tenth of a second all the same.
    """
    landed = connection.execute(
        "select distinct source from ops.deliveries where state = 'landed'"
    ).fetchall()
    absent = sorted(set(NAMES) - {source for (source,) in landed})
    options = ["--exclude", *(f"tag:{source}" for source in absent)] if absent else []
    if full_refresh:
        options.append("--full-refresh")
    if not unit_tests:
        options += ["--exclude-resource-type", "unit_test"]
    return options


def _run(
    connection: psycopg.Connection,
    settings: Settings,
    layer: str,
    selectors: list[str],
    say: Callable[[str], None],
) -> LayerResult:
    found = dbt.target_path(settings) / "run_results.json"
    found.unlink(missing_ok=True)
    started = time.monotonic()
    code, tail = dbt.call(settings, ["build", "--select", *selectors], say)
    seconds = round(time.monotonic() - started, 3)
    if not found.exists():
        raise DbtUnusable(
            f"dbt stopped with code {code} before it built anything of {layer}. Its "
            f"last words:\n{tail.strip()}"
        )
    result = results.read(found, layer, seconds, datetime.now(UTC))
    results.store(connection, result)
    if code != 0 or result.failed:
        raise TransformFailed(explain(result, settings.logs / "dbt" / "dbt.log"))
    return result


def explain(result: LayerResult, log: Path) -> str:
    """Say which models and tests of `result` failed, and where to read on."""
    lines = [_line(node) for node in result.failed]
    skipped = {0: "", 1: " 1 node after them was not built."}.get(
        result.skipped, f" {result.skipped} nodes after them were not built."
    )
    return (
        f"The {result.layer} layer failed in {len(lines)} of {len(result.nodes)} "
        f"nodes.{skipped}\n  " + "\n  ".join(lines) + f"\nThe whole story is in {log}; "
        "put it right and run `rasure transform` again."
    )


def _line(node: NodeResult) -> str:
    if node.resource_type == "test" and node.failures:
        return f"test {node.node}: {node.failures} rows"
    reason = " ".join((node.message or "no message").split()[:40])
    return f"{node.resource_type} {node.node}: {reason}"


@contextmanager
def _only_one(
    connection: psycopg.Connection, wait_seconds: int, say: Callable[[str], None]
) -> Iterator[None]:
    """Hold the transform lock of this warehouse; it goes when the session goes."""
    free = connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()[0]
    if not free:
        say("Another transform is running; waiting for it to end.")
        try:
            with connection.transaction():
                connection.execute(
                    "select set_config('lock_timeout', %s, true)", (f"{wait_seconds}s",)
                )
                connection.execute("select pg_advisory_lock(%s)", (LOCK,))
        except psycopg.errors.LockNotAvailable:
            raise TransformBusy(
                f"Another transform of this warehouse has run for {wait_seconds} s and "
                "is not done. Let it end, or end it, and try again."
            ) from None
    try:
        yield
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (LOCK,))
