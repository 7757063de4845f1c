"""Run every chart's query once, so that the first officer of the day does not wait.

Superset caches answers by user (`CACHE_QUERY_BY_USER`). So the queries run as a named
user, with the filters that the dashboard starts with, and fill the server's cache.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from rasure_superset.errors import SyncError


@dataclass(frozen=True)
class Warmed:
    """One chart's query: its name, its number of rows, its milliseconds."""

    chart: str
    rows: int
    milliseconds: float


def warm(
    username: str, conditions: dict[str, list[dict]], may_be_empty: set[str]
) -> list[Warmed]:
    """Run the query of each chart as that user; the slowest comes first.

    `conditions` gives, by chart UUID, the conditions that the dashboard's filters start
    with; other charts are not run. Raises `SyncError` naming the charts whose query
    fails, or gives no rows although their UUID is not in `may_be_empty`.
    """
    from superset import db, security_manager
    from superset.models.slice import Slice
    from superset.utils.core import override_user

    user = security_manager.find_user(username=username)
    if user is None:
        raise SyncError(f"--warm: Superset has no user {username}")
    results, faults = [], []
    with override_user(user):
        for chart in db.session.query(Slice).order_by(Slice.slice_name).all():
            uuid = str(chart.uuid)
            if uuid not in conditions:
                continue
            try:
                result = _run(chart, conditions[uuid])
            except SyncError as error:
                faults.append(str(error))
                continue
            if not result.rows and uuid not in may_be_empty:
                faults.append(f"{chart.slice_name}: the query gives no rows")
            results.append(result)
    if faults:
        raise SyncError("Charts that cannot be shown:\n  - " + "\n  - ".join(faults))
    return sorted(results, key=lambda result: -result.milliseconds)


def _run(chart, conditions: list[dict]) -> Warmed:
    """Run one chart's stored query context through Superset's chart data command."""
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand
    from superset.commands.chart.exceptions import ChartDataQueryFailedError
    from superset.exceptions import SupersetException
    from superset.utils import json

    body = json.loads(chart.query_context)
    body["force"] = True
    body["form_data"]["slice_id"] = chart.id
    for query in body["queries"]:
        query["filters"] = [*conditions, *query["filters"]]
    started = time.perf_counter()
    try:
        command = ChartDataCommand(ChartDataQueryContextSchema().load(body))
        command.validate()
        answer = command.run(cache=True)
    except (ChartDataQueryFailedError, SupersetException) as error:
        raise SyncError(f"{chart.slice_name}: {error}") from error
    rows = sum(query["rowcount"] for query in answer["queries"])
    return Warmed(chart.slice_name, rows, 1000 * (time.perf_counter() - started))
