"""Run a dashboard's charts through Superset's chart API, as a browser does.

This is an instrument for tests and the bench; the product does not use it. It logs in,
lists the charts of a dashboard and runs each one's stored query context with the
filters that the dashboard starts with. It needs httpx, so it runs in the pipeline's
environment.

    client = ChartClient("http://127.0.0.1:8088", "officer", password)
    for chart in client.charts("serious-violence"):
        print(client.run(chart, force=True))
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass

import httpx


class ChartApiError(Exception):
    """Superset refused a login, a dashboard or a chart; the message says which."""


@dataclass(frozen=True)
class Chart:
    """A chart of a dashboard: its id, name, kind and the body that runs it."""

    chart_id: int
    name: str
    viz_type: str
    body: dict


@dataclass(frozen=True)
class Answer:
    """The answer to a chart's query: its rows, its milliseconds, if it was cached."""

    chart: str
    rows: int
    milliseconds: float
    is_cached: bool


class ChartClient:
    """A logged-in session. Raises `ChartApiError` when the login is refused."""

    def __init__(self, base_url: str, username: str, password: str):
        self.http = httpx.Client(
            base_url=base_url,
            # A browser sends it, and over TLS a form without it is refused.
            headers={"Referer": f"{base_url}/login/"},
            timeout=60,
            follow_redirects=True,
        )
        form = {"username": username, "password": password}
        form["csrf_token"] = self.token("/login/")
        self.http.post("/login/", data=form)
        if self.http.get("/api/v1/me/").status_code != 200:
            raise ChartApiError(f"{base_url} does not let {username} in")

    def token(self, path: str) -> str:
        """The CSRF token in a page; empty if the page has none."""
        page = self.http.get(path).text
        match = re.search(r'csrf_token[^>]*value="([^"]+)"', page) or re.search(
            r"csrf_token&#34;: ?&#34;([^&]+)&#34;", page
        )
        return match[1] if match else ""

    def charts(self, slug: str) -> list[Chart]:
        """Every chart of a dashboard, with the filters that the dashboard starts with.

        Raises `ChartApiError` if the dashboard cannot be read or a chart has no query
        context.
        """
        dashboard = self._get(f"/api/v1/dashboard/{slug}")
        metadata = json.loads(dashboard["json_metadata"])
        charts = []
        for item in self._get(f"/api/v1/dashboard/{slug}/charts"):
            chart_id = item["id"]
            chart = self._get(f"/api/v1/chart/{chart_id}")
            if not chart.get("query_context"):
                raise ChartApiError(f"{chart['slice_name']} has no query context")
            body = json.loads(chart["query_context"])
            conditions = starting_conditions(metadata, chart_id)
            for query in body["queries"]:
                query["filters"] = [*conditions, *query["filters"]]
            body["form_data"]["slice_id"] = chart_id
            charts.append(Chart(chart_id, chart["slice_name"], chart["viz_type"], body))
        return charts

    def run(self, chart: Chart, force: bool = False) -> Answer:
        """Run one chart; `force` ignores the cache. Raises `ChartApiError`."""
        started = time.perf_counter()
        results = self._run_body(chart.name, {**chart.body, "force": force})
        elapsed = 1000 * (time.perf_counter() - started)
        return Answer(
            chart=chart.name,
            rows=sum(result["rowcount"] for result in results),
            milliseconds=elapsed,
            is_cached=all(bool(result["is_cached"]) for result in results),
        )

    def rows(self, chart: Chart, column: str, values: list[str]) -> list[dict]:
        """The rows of one chart with these values in a column, ignoring the cache."""
        condition = {"col": column, "op": "IN", "val": values}
        queries = [
            {**query, "filters": [*query["filters"], condition]}
            for query in chart.body["queries"]
        ]
        results = self._run_body(
            chart.name, {**chart.body, "queries": queries, "force": True}
        )
        return [row for result in results for row in result["data"]]

    def _run_body(self, name: str, body: dict) -> list[dict]:
        response = self.http.post("/api/v1/chart/data", json=body)
        if response.status_code != 200:
            raise ChartApiError(f"{name}: {response.text[:300]}")
        return response.json()["result"]

    def _get(self, path: str):
        response = self.http.get(path)
        if response.status_code != 200:
            raise ChartApiError(f"{path}: {response.status_code} {response.text[:200]}")
        return response.json()["result"]


def starting_conditions(metadata: dict, chart_id: int) -> list[dict]:
    """The conditions that the dashboard's filters put on a chart when it opens."""
    return [
        condition
        for item in metadata.get("native_filter_configuration") or []
        if chart_id not in item["scope"]["excluded"]
        for condition in item["defaultDataMask"]["extraFormData"].get("filters", [])
    ]
