"""`rasure up`, `down` and `status` with the database alone, which is quick to start.

The commands run as a user runs them: as other processes, with a home of their own.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pytest

from rasure.runtime import airflow, up
from rasure.runtime.services import all_services
from tests import docs_commands
from tests.homes import RASURE, Home
from tests.integration import service_fixtures

made, home = service_fixtures.made, service_fixtures.home
RUN_HERE = {
    shape: how["run"] for shape, how in docs_commands.listed().items() if "run" in how
}


def test_up_starts_a_warehouse_and_again_changes_nothing(home):
    assert "postgres is well" in home.told
    before = home.service("postgres")
    assert before["state"] == "well"
    assert home.query("select current_database(), postgis_lib_version() > '3.0'") == [
        ("rasure", True)
    ]
    assert home.up("postgres") == ""
    assert home.service("postgres")["pid"] == before["pid"]


def test_status_tells_home_services_and_warehouse(home):
    current = home.status()
    assert current["home"] == str(home.folder)
    assert [one["name"] for one in current["services"]] == [
        "postgres",
        "airflow-api-server",
        "airflow-scheduler",
        "airflow-dag-processor",
        "airflow-triggerer",
        "superset",
    ]
    assert current["warehouse"] is True
    assert current["services"][5]["state"] == "down"
    assert re.match(r"http://127\.0\.0\.1:\d+$", current["services"][5]["url"])


def test_a_killed_server_is_restarted_with_what_was_committed(home):
    killed = home.service("postgres")["pid"]
    os.kill(killed, signal.SIGKILL)
    home.up("postgres")
    assert home.service("postgres")["pid"] != killed
    assert home.query("select number from public.kept") == [(7,)]


def test_up_repairs_what_a_killed_process_manager_left(home):
    before = home.service("postgres")["pid"]
    os.kill(int((home.folder / "run/supervisord.pid").read_text()), signal.SIGKILL)
    assert home.service("postgres")["state"] == "down"
    port = home.settings.stored["ports"]["postgres"]
    output = home.up("postgres")
    assert "ended services whose process manager had been killed" in output
    assert home.service("postgres")["pid"] != before
    assert home.settings.stored["ports"]["postgres"] == port


def test_up_repairs_what_a_power_cut_left(home):
    manager = int((home.folder / "run/supervisord.pid").read_text())
    server = home.service("postgres")["pid"]
    os.kill(manager, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    stale = home.folder / "postgres/data/postmaster.pid"
    # after a reboot the number may be another process's, here this test's own
    lines = stale.read_text().splitlines()
    stale.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    time.sleep(0.5)
    home.up("postgres")
    assert home.service("postgres")["state"] == "well"
    assert home.query("select number from public.kept") == [(7,)]


@pytest.mark.parametrize("shape", RUN_HERE)
def test_a_command_of_the_docs_runs(home, tmp_path, shape):
    if shape.startswith("rasure backup"):
        home.run("backup", "key", "--out", str(tmp_path / "key.txt"))
    words = [word.format(folder=tmp_path) for word in RUN_HERE[shape]]
    answer = home.run(*words)
    assert answer.returncode == 0, answer.stderr
    if "--json" in words:
        json.loads(answer.stdout)


def test_two_homes_do_not_meet(home, tmp_path):
    other = Home(tmp_path / "other")
    try:
        other.up("postgres")
        ports = [one.settings.stored["ports"]["postgres"] for one in (home, other)]
        assert ports[0] != ports[1]
        assert other.query("select to_regclass('public.kept')") == [(None,)]
        other.run("down")
        assert home.service("postgres")["state"] == "well"
    finally:
        other.remove()


class Stranger(http.server.BaseHTTPRequestHandler):
    """Answers as a healthy Airflow or Superset does."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        answer = {part: {"status": "healthy"} for part in parts}
        self.wfile.write(json.dumps(answer).encode())


def test_a_service_is_not_well_because_a_stranger_answers_in_its_place(home):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as stranger:
        threading.Thread(target=stranger.serve_forever, daemon=True).start()
        ports = dict.fromkeys(("airflow", "superset"), stranger.server_port)
        ports["postgres"] = home.settings.stored["ports"]["postgres"]
        services = all_services(home.settings, ports)
        well = [service.name for service in services if service.is_well()]
        stranger.shutdown()
    assert well == ["postgres"]


def test_a_port_that_is_taken_during_the_start_is_exchanged(home, monkeypatch):
    home.run("down")
    busy_port = home.settings.stored["ports"]["postgres"]
    strangers, sentences = [], []
    configure = airflow.configure

    def configure_late(settings):
        configure(settings)
        if not strangers:
            strangers.append(socket.create_server(("127.0.0.1", busy_port)))

    monkeypatch.setattr(airflow, "configure", configure_late)
    monkeypatch.setenv("RASURE_HOME", str(home.folder))
    monkeypatch.delenv("RASURE_DATABASE_URL", raising=False)
    up.up(("postgres",), sentences.append)
    strangers[0].close()
    port = home.settings.stored["ports"]["postgres"]
    assert (
        f"Port {busy_port} is in use; postgres listens on {port} instead." in sentences
    )
    assert home.service("postgres")["state"] == "well"
    assert home.query("select number from public.kept") == [(7,)]


def test_a_service_that_does_not_come_up_is_named_with_its_log(home):
    home.run("down")
    settings = home.folder / "postgres/data/postgresql.auto.conf"
    text = settings.read_text()
    settings.write_text(text + "no_such_setting = 1\n")
    answer = home.run("up", "postgres")
    settings.write_text(text)
    assert answer.returncode == 3
    assert "postgres did not come up. Its log, " in answer.stderr
    assert str(home.folder / "logs/postgres.log") in answer.stderr


def test_a_warehouse_given_by_url_is_used_and_remembered(home, cluster):
    other = Home(home.folder.with_name("given"))
    with cluster.admin() as admin:
        admin.execute("create database given owner rasure")
    url = cluster.url("given", "rasure", cluster.password)
    try:
        answer = other.run("up", "postgres", "--quiet", RASURE_DATABASE_URL=url)
        assert answer.returncode == 0, answer.stderr
        assert other.settings.database_url == url
        assert "The readers of the warehouse may do more than read." in answer.stderr
        script = answer.stderr.partition("psql -f ")[2].split()[0]
        with cluster.admin("given") as admin:
            admin.execute(Path(script).read_text())
        assert "do more than read" not in other.up("postgres")
        with psycopg.connect(url) as connection:
            table = connection.execute("select to_regclass('ops.deliveries')")
            assert table.fetchone() == ("ops.deliveries",)
    finally:
        other.remove()
        with cluster.admin() as admin:
            admin.execute("drop database given with (force)")


def test_a_first_start_that_was_killed_is_finished_by_the_next(tmp_path):
    other = Home(tmp_path / "killed")
    environment = {**os.environ, "RASURE_HOME": str(other.folder)}
    environment.pop("RASURE_DATABASE_URL", None)
    try:
        for seconds in (0.7, 1.2, 1.7, 2.4):
            started = subprocess.Popen(
                [RASURE, "up", "postgres"],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(seconds)
            started.kill()
            started.wait()
        other.up("postgres")
        assert other.query("select count(*) >= 0 from ops.deliveries") == [(True,)]
    finally:
        other.remove()


def test_an_unknown_service_is_reported(home):
    answer = home.run("up", "redis")
    assert answer.returncode == 3
    assert "There is no service redis; there are postgres, airflow, superset." in (
        answer.stderr
    )


def test_down_ends_everything_and_again_says_so(home):
    assert "stopping postgres" in home.run("down").stderr
    assert "nothing runs under" in home.run("down").stderr
    assert home.service("postgres")["state"] == "down"
    with pytest.raises(psycopg.OperationalError):
        home.query("select 1")
