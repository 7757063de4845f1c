"""Logs are bounded in size and in age, and may be lines of JSON."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rasure.runtime import airflow, home, old_logs, superset, supervisor
from rasure.runtime.services import all_services
from rasure.settings import CHECKOUT, Settings
from rasure_superset.json_lines import JsonLines

PORTS = {"postgres": 1, "airflow": 2, "superset": 3}


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "home"))
    made = Settings.load()
    home.check(made)
    home.prepare(made)
    home.store_settings(made, ports=PORTS)
    return Settings.load()


def names(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )


def written(path: Path, days_ago: float, text: str = "a line\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    then = time.time() - days_ago * 24 * 3600
    os.utime(path, (then, then))
    return path


def test_old_logs_are_deleted_wherever_they_are_and_open_ones_stay(tmp_path):
    outside = written(tmp_path / "outside.txt", 90)
    logs = tmp_path / "logs"
    written(logs / "superset.log", 90)
    written(logs / "superset.log.1", 31)
    written(logs / "superset.log.2", 29)
    written(logs / "airflow/dag_id=transform/run_id=1/task_id=link/attempt=1.log", 31)
    written(logs / "airflow/dag_id=transform/run_id=2/task_id=link/attempt=1.log", 1)
    written(logs / "dbt/staging.log.1", 400)
    (logs / "link").symlink_to(outside)
    assert old_logs.delete_old(logs, 30, datetime.now(UTC)) == 3
    assert names(logs) == [
        "airflow/dag_id=transform/run_id=2/task_id=link/attempt=1.log",
        "link",
        "superset.log",
        "superset.log.2",
    ]
    assert outside.exists()


def test_every_service_has_a_log_that_is_rotated_by_size(settings):
    services = all_services(settings, PORTS)
    text = supervisor.configuration(settings, services)
    for option in ("stdout_logfile_maxbytes=10MB", "stdout_logfile_backups=3"):
        assert text.count(option) == len(services)
    assert "logfile_maxbytes=5MB" in text


def test_json_lines_are_a_setting_of_airflow_and_superset(settings):
    assert airflow.options(settings)["logging"]["json_logs"] is False
    assert "RASURE_JSON_LOGS" not in superset.environment(settings)
    home.store_settings(settings, logs={"json": True})
    changed = Settings.load()
    assert airflow.options(changed)["logging"]["json_logs"] is True
    assert superset.environment(changed)["RASURE_JSON_LOGS"] == "1"


def test_a_message_is_one_line_of_json():
    try:
        raise ValueError("no\nvalue")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord(
        "superset", logging.WARNING, "x.py", 1, 'two\n"lines" of %s', ("é",), error
    )
    line = JsonLines().format(record)
    assert "\n" not in line
    content = json.loads(line)
    assert content["message"] == 'two\n"lines" of é'
    assert (content["level"], content["logger"]) == ("warning", "superset")
    assert content["exception"].endswith("ValueError: no\nvalue")
    assert datetime.fromisoformat(content["at"]).utcoffset() is not None


SUPERSET = CHECKOUT / ".venv-superset" / "bin" / "python"


@pytest.mark.skipif(not SUPERSET.exists(), reason="needs Superset's environment")
def test_the_web_server_of_the_dashboard_logs_requests_as_json(tmp_path):
    """gunicorn itself, with its real settings and a page of one line."""
    (tmp_path / "page.py").write_text(
        "def app(environ, start):\n"
        "    start('200 OK', [('Content-Length', '2')])\n"
        "    return [b'ok']\n"
    )
    code = (
        "import subprocess, sys, time, urllib.request, socket\n"
        "s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]\n"
        "s.close()\n"
        "p = subprocess.Popen([sys.executable, '-m', 'gunicorn', '--config',\n"
        f"    {str(CHECKOUT / 'superset' / 'gunicorn_config.py')!r}, '--bind',\n"
        "    f'127.0.0.1:{port}', '--access-logfile', '-', '--error-logfile', '-',\n"
        "    'page:app'])\n"
        "while True:\n"
        "    try:\n"
        "        urllib.request.urlopen(f'http://127.0.0.1:{port}/a\"b\\\\c'); break\n"
        "    except OSError: time.sleep(0.1)\n"
        "p.terminate(); p.wait()\n"
    )
    answer = subprocess.run(
        [SUPERSET, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "RASURE_JSON_LOGS": "1", "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    lines = (answer.stdout + answer.stderr).splitlines()
    contents = [json.loads(line) for line in lines]
    assert any(r"/a\"b" in one["message"] for one in contents)
    assert {"gunicorn.access", "gunicorn.error"} == {one["logger"] for one in contents}
