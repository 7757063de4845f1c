"""Run every chart's query once, so that the first officer of the day does not wait.

Answers are cached by user (`CACHE_QUERY_BY_USER`), so the queries run as a named user,
with the filters the dashboard starts with, and fill the cache that the server reads.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from rasure_superset.errors import SyncError


@dataclass(frozen=True)
class Warmed:
    """One chart's query: its name, the rows it gave and how long it took."""

    chart: str
    rows: int
    milliseconds: float


def warm(
    username: str, filters: dict[str, list[dict]], may_be_empty: set[str]
) -> list[Warmed]:
    """Run every chart of ours as that user; the slowest comes first.

    `filters` gives the dashboard's own starting filters by chart UUID. Raises
    `SyncError` naming the charts whose query fails, or gives no rows though their UUID
    is not in `may_be_empty`.
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
            if str(chart.uuid) not in filters:
                continue
            try:
                result = _run(chart, filters[str(chart.uuid)])
            except SyncError as error:
                faults.append(str(error))
                continue
            if not result.rows and str(chart.uuid) not in may_be_empty:
                faults.append(f"{chart.slice_name}: the query gives no rows")
            results.append(result)
    if faults:
        raise SyncError("Charts that cannot be shown:\n  - " + "\n  - ".join(faults))
    return sorted(results, key=lambda item: -item.milliseconds)


def _run(chart, filters: list[dict]) -> Warmed:
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
        query["filters"] = [*filters, *query["filters"]]
    started = time.perf_counter()
    try:
        command = ChartDataCommand(ChartDataQueryContextSchema().load(body))
        command.validate()
        answer = command.run(cache=True)
    except (ChartDataQueryFailedError, SupersetException) as error:
        raise SyncError(f"{chart.slice_name}: {error}") from error
    rows = sum(query["rowcount"] for query in answer["queries"])
    return Warmed(chart.slice_name, rows, 1000 * (time.perf_counter() - started))
