"""Run the dashboard's charts through Superset's chart API, as a person's browser does.

For tests and the benchmark: log in, list the charts of a dashboard, run each one's
stored query context with the dashboard's starting filters, and say how many rows came
back and how long it took. Runs in any environment that has httpx.

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
    """What a chart's query gave: rows, milliseconds at the client, from the cache?"""

    chart: str
    rows: int
    milliseconds: float
    is_cached: bool


class ChartClient:
    """A logged-in session. Raises `ChartApiError` when the login is refused."""

    def __init__(self, base_url: str, username: str, password: str):
        self.http = httpx.Client(base_url=base_url, timeout=60, follow_redirects=True)
        form = {"username": username, "password": password}
        form["csrf_token"] = self.token("/login/")
        self.http.post("/login/", data=form)
        if self.http.get("/api/v1/me/").status_code != 200:
            raise ChartApiError(f"{base_url} does not let {username} in")

    def token(self, path: str) -> str:
        """What a page gives along for what it may send; empty where it gives none."""
        page = self.http.get(path).text
        found = re.search(r'csrf_token[^>]*value="([^"]+)"', page) or re.search(
            r"csrf_token&#34;: ?&#34;([^&]+)&#34;", page
        )
        return found[1] if found else ""

    def charts(self, slug: str) -> list[Chart]:
        """Every chart that the dashboard shows, with its starting filters put in."""
        board = self._get(f"/api/v1/dashboard/{slug}")
        metadata = json.loads(board["json_metadata"])
        result = []
        for item in self._get(f"/api/v1/dashboard/{slug}/charts"):
            chart = self._get(f"/api/v1/chart/{item['id']}")
            if not chart.get("query_context"):
                raise ChartApiError(f"{chart['slice_name']} has no query context")
            body = json.loads(chart["query_context"])
            for query in body["queries"]:
                query["filters"] = [
                    *starting_filters(metadata, item["id"]),
                    *query["filters"],
                ]
            body["form_data"]["slice_id"] = item["id"]
            result.append(
                Chart(item["id"], chart["slice_name"], chart["viz_type"], body)
            )
        return result

    def run(self, chart: Chart, force: bool = False) -> Answer:
        """Run one chart; `force` goes past the cache (cold). Raises `ChartApiError`."""
        started = time.perf_counter()
        results = self._ask(chart.name, {**chart.body, "force": force})
        elapsed = 1000 * (time.perf_counter() - started)
        return Answer(
            chart=chart.name,
            rows=sum(result["rowcount"] for result in results),
            milliseconds=elapsed,
            is_cached=all(bool(result["is_cached"]) for result in results),
        )

    def rows(self, chart: Chart, column: str, values: list[str]) -> list[dict]:
        """What one chart shows, past the cache, of the rows with these values alone."""
        condition = {"col": column, "op": "IN", "val": values}
        queries = [
            {**query, "filters": [*query["filters"], condition]}
            for query in chart.body["queries"]
        ]
        results = self._ask(
            chart.name, {**chart.body, "queries": queries, "force": True}
        )
        return [row for result in results for row in result["data"]]

    def _ask(self, name: str, body: dict) -> list[dict]:
        response = self.http.post("/api/v1/chart/data", json=body)
        if response.status_code != 200:
            raise ChartApiError(f"{name}: {response.text[:300]}")
        return response.json()["result"]

    def _get(self, path: str):
        response = self.http.get(path)
        if response.status_code != 200:
            raise ChartApiError(f"{path}: {response.status_code} {response.text[:200]}")
        return response.json()["result"]


def starting_filters(metadata: dict, chart_id: int) -> list[dict]:
    """The query filters that the dashboard's native filters put on a chart at first."""
    return [
        condition
        for item in metadata.get("native_filter_configuration") or []
        if chart_id not in item["scope"]["excluded"]
        for condition in item["defaultDataMask"]["extraFormData"].get("filters", [])
    ]
