"""What dbt did: `run_results.json` as dataclasses, and as rows of `ops.dbt_runs`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rasure.errors import without_values

if TYPE_CHECKING:
    import psycopg

FAILED = {"error", "fail", "runtime error"}


@dataclass(frozen=True)
class NodeResult:
    """One model, seed or test of one run. `seconds` is its wall time."""

    node: str
    resource_type: str
    status: str
    seconds: float
    rows_affected: int | None
    failures: int | None
    message: str | None
    started_at: datetime | None
    finished_at: datetime

    @property
    def failed(self) -> bool:
        """Whether the node itself went wrong (not: was skipped because of another)."""
        return self.status in FAILED


@dataclass(frozen=True)
class StepResult:
    """What one call of dbt did. `seconds` is its wall time, start-up included."""

    step: str
    invocation_id: str
    seconds: float
    nodes: tuple[NodeResult, ...]

    @property
    def failed(self) -> tuple[NodeResult, ...]:
        """The nodes that went wrong."""
        return tuple(node for node in self.nodes if node.failed)

    @property
    def skipped(self) -> int:
        """How many nodes were not built because of those that went wrong."""
        return sum(node.status == "skipped" for node in self.nodes)

    @property
    def summary(self) -> str:
        """What was done, in a line that begins with the name of the step."""
        return (
            f"{self.step}: {self.count('model', 'seed')} models and seeds, "
            f"{self.count('test', 'unit_test')} tests, {self.seconds:.1f} s"
        )

    def count(self, *resource_types: str) -> int:
        """How many nodes of these types succeeded."""
        return sum(
            node.resource_type in resource_types and node.status in ("success", "pass")
            for node in self.nodes
        )


def read(path: Path, step: str, seconds: float, finished_at: datetime) -> StepResult:
    """Read dbt's `run_results.json` at `path`."""
    content = json.loads(path.read_text())
    return StepResult(
        step=step,
        invocation_id=content["metadata"]["invocation_id"],
        seconds=seconds,
        nodes=tuple(_node(result, finished_at) for result in content["results"]),
    )


def store(connection: psycopg.Connection, result: StepResult) -> None:
    """Keep `result` in `ops.dbt_runs`."""
    rows = [
        (
            result.invocation_id,
            result.step,
            node.node,
            node.resource_type,
            node.status,
            node.seconds,
            node.rows_affected,
            node.failures,
            node.message,
            node.started_at,
            node.finished_at,
        )
        for node in result.nodes
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.dbt_runs (invocation_id, step, node, resource_type,"
            " status, seconds, rows_affected, failures, message, started_at,"
            " finished_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )


def remove_old(connection: psycopg.Connection, before: datetime) -> int:
    """Remove what dbt did before an instant; returns how many results.

    The newest result of each node of a step stays: it says which models were ever
    built, and so which to drop.
    """
    return connection.execute(
        "delete from ops.dbt_runs as runs"
        " using (select step, node, max(finished_at) as finished_at from ops.dbt_runs"
        " group by step, node) as newest"
        " where runs.step = newest.step and runs.node = newest.node"
        " and runs.finished_at < newest.finished_at and runs.finished_at < %s",
        (before,),
    ).rowcount


def explain(
    result: StepResult, log: Path, records: dict[str, list[str]] | None = None
) -> str:
    """Say which models and tests of `result` failed, on which records, and where to
    read on. `records` gives lines on a test, by its name."""
    lines = []
    for node in result.failed:
        lines.append(_line(node))
        lines += [f"    {line}" for line in (records or {}).get(node.node, [])]
    failed = len(result.failed)
    skipped = {0: "", 1: " 1 node after them was not built."}.get(
        result.skipped, f" {result.skipped} nodes after them were not built."
    )
    return (
        f"The step {result.step} failed in {failed} of {len(result.nodes)} "
        f"nodes.{skipped}\n  " + "\n  ".join(lines) + f"\nThe whole story is in {log}; "
        "put it right and run `rasure transform` again."
    )


def _line(node: NodeResult) -> str:
    if node.resource_type == "test" and node.failures:
        return f"test {node.node}: {node.failures} rows"
    reason = " ".join((node.message or "no message").split()[:40])
    return f"{node.resource_type} {node.node}: {reason}"


def _node(result: dict, finished_at: datetime) -> NodeResult:
    # model.rasure.fct_crime; a test's id ends with a hash: test.rasure.unique_x.1a2b
    resource_type, _, name = result["unique_id"].split(".", 2)
    if resource_type == "test":
        name = name.split(".")[0]
    times = {step["name"]: step for step in result.get("timing", [])}
    execute = times.get("execute", {})
    rows = result.get("adapter_response", {}).get("rows_affected")
    return NodeResult(
        node=name,
        resource_type=resource_type,
        status=result["status"],
        seconds=round(result["execution_time"], 3),
        rows_affected=rows if isinstance(rows, int) and rows >= 0 else None,
        failures=result.get("failures"),
        message=result.get("message") and without_values(result["message"]),
        started_at=_instant(execute.get("started_at")),
        finished_at=_instant(execute.get("completed_at")) or finished_at,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
