"""Every password and key is replaced, then the database's port is taken, and all that
runs goes on with the new ones.

Other tests hold the passwords and the port of the home that they share. So these run
only on a home that RASURE_TEST_HOME names.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime

import psycopg
import pytest

from rasure.instruments.demo.follow import follow_line
from rasure.operations.rotating import NAMES
from rasure_superset.charts_api import ChartClient

pytestmark = pytest.mark.skipif(
    not os.environ.get("RASURE_TEST_HOME"),
    reason="changes what other tests hold: name a home in RASURE_TEST_HOME",
)
SLUG = "serious-violence"
LINE = ["transform", "designate", "publish"]
VARIABLE = {"key": "kept_by_the_fernet_key", "value": "a value of the force"}


def rows_of_charts(home) -> dict[str, int]:
    """How many rows each chart of the dashboard has now."""
    officer = home.password("superset", "officer")
    client = ChartClient(home.url("superset"), "officer", officer)
    rows = {
        chart.name: client.run(chart, force=True).rows for chart in client.charts(SLUG)
    }
    assert sum(count > 0 for count in rows.values()) >= 4  # the first force of a home
    return rows


def test_everything_works_with_new_passwords_and_keys(home):
    officer = home.password("superset", "officer")
    session = ChartClient(home.url("superset"), "officer", officer)
    with home.airflow() as airflow:
        airflow.call("POST", "/variables", json=VARIABLE)
    old_reader = home.reader_url("rasure_reader")
    old = home.settings.secrets
    crimes = home.query("select count(*) from marts.place_months")
    rows = rows_of_charts(home)

    done = home.run("secrets", "rotate", "all")
    assert done.returncode == 0, done.stderr
    new = home.settings.secrets
    for name in NAMES:
        part, _, key = name.partition("_")
        assert old[part][key] != new[part][key], name
        assert old[part][key] not in done.stdout + done.stderr
        assert new[part][key] not in done.stdout + done.stderr

    with pytest.raises(psycopg.OperationalError, match="password authentication"):
        psycopg.connect(old_reader)
    assert session.http.get("/api/v1/me/").status_code == 401
    assert rows_of_charts(home) == rows

    with home.airflow() as airflow:
        kept = airflow.call("GET", f"/variables/{VARIABLE['key']}")
        assert kept["value"] == VARIABLE["value"]
        began = datetime.now(UTC).isoformat()
        airflow.trigger("transform")
        ended = follow_line(airflow, "transform", began, print, patience=600)
        assert next(dag for dag, _ in ended) == LINE[0]
        assert {dag for dag, _ in ended} <= set(LINE)
        airflow.call("DELETE", f"/variables/{VARIABLE['key']}")
    assert home.query("select count(*) from marts.place_months") == crimes


def test_the_dashboards_follow_the_database_to_another_port(home):
    taken = home.settings.stored["ports"]["postgres"]
    rows = rows_of_charts(home)
    assert home.run("down").returncode == 0
    with socket.create_server(("127.0.0.1", taken)):
        said = home.run("up").stderr
    assert f"Port {taken} is in use" in said
    assert "giving Superset the new address of the warehouse" in said
    assert home.settings.stored["ports"]["postgres"] != taken
    assert rows_of_charts(home) == rows
    assert "giving Superset" not in home.run("up").stderr
