"""`chart_cold:<chart>` and `chart_warm:<chart>`: milliseconds through Superset's API.

A cold answer bypasses Superset's cache, a warm one comes from it. The floor of both is
the chart's own SQL, run in PostgreSQL directly.
"""

from __future__ import annotations

import psycopg

from rasure.instruments.bench.measures import Measure, median, seconds
from rasure.settings import Settings
from rasure_superset.charts_api import ChartClient

ROUNDS = 5
DASHBOARD = "serious-violence"


def measure(connection: psycopg.Connection) -> list[Measure]:
    """Two measures for each chart of the dashboard, as the officer sees it."""
    client = client_of("officer")
    measures = []
    for chart in client.charts(DASHBOARD):
        statements = _statements(client, chart)

        def query(statements: list[str] = statements) -> None:
            for statement in statements:
                connection.execute(statement, prepare=False).fetchall()

        cold = [client.run(chart, force=True).milliseconds for _ in range(ROUNDS)]
        warm = [client.run(chart).milliseconds for _ in range(ROUNDS)]
        floor = 1000 * median([seconds(query) for _ in range(ROUNDS)])
        measures += [
            Measure(f"chart_cold:{chart.name}", median(cold), "ms", floor),
            Measure(f"chart_warm:{chart.name}", median(warm), "ms", floor),
        ]
    return measures


def _statements(client, chart) -> list[str]:
    body = {**chart.body, "result_type": "query"}
    answer = client.http.post("/api/v1/chart/data", json=body).json()
    return [
        statement
        for result in answer["result"]
        for statement in (result.get("query") or "").split(";\n")
        if statement.strip()
    ]


def client_of(user: str) -> ChartClient:
    """A `ChartClient` of this home's Superset, logged in as one of its accounts."""
    settings = Settings.load()
    url = f"http://127.0.0.1:{settings.stored['ports']['superset']}"
    return ChartClient(url, user, settings.secrets["superset"][user])
