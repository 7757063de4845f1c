"""The real Superset sends reports and alerts to a mail server of the test."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest
import tomli_w

from rasure.runtime import reports, superset
from rasure.runtime.environment import callers_environment
from rasure.runtime.ports import free_port
from rasure_superset.charts_api import ChartApiError, ChartClient
from tests.homes import Home
from tests.mailed_reports import (
    RECIPIENTS,
    MailServer,
    blank_page,
    body,
    check_week,
    serve_mail,
)

OPERATOR = "data.team@force.example"


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with serve_mail(free_port()) as server:
        yield server


@pytest.fixture(scope="module")
def reporting(home: Home, mail: MailServer) -> Iterator[Home]:
    """The session's home with reports switched on."""
    file = home.folder / "settings.toml"
    before = file.read_text()
    section = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mail.port,
        "smtp_security": "none",
        "sender": "rasure@force.example",
        "operator": OPERATOR,
        "recipients": dict.fromkeys(reports.names(), RECIPIENTS),
    }
    file.write_text(tomli_w.dumps({**home.settings.stored, "reports": section}))
    home.up("superset")
    wait_for(lambda: len(superset_rows(home, "select from report_schedule")) >= 4)
    # So that nothing is due but what a test asks for.
    superset_rows(home, "update report_schedule set created_on = now() + '1 day'")
    yield home
    file.write_text(before)
    home.up("superset")


@pytest.fixture(scope="module")
def page() -> Iterator:
    with blank_page() as page:
        yield page


def wait_for(is_so: Callable[[], bool], seconds: int = 300) -> None:
    """Wait for a state; a machine under load needs minutes."""
    for _ in range(seconds):
        if is_so():
            return
        time.sleep(1)
    raise AssertionError("it never came to be")


def superset_rows(home: Home, statement: str) -> list[tuple]:
    """Run a statement on Superset's own database; returns its rows."""
    url = home.settings.role_url("superset", "superset")
    with psycopg.connect(url) as connection:
        answer = connection.execute(statement)
        return answer.fetchall() if answer.description is not None else []


def in_superset(home: Home, code: str) -> list:
    """Run code as the process that makes reports does; it prints JSON last."""
    settings = home.settings
    start = (
        "import json\nfrom superset.app import create_app\n"
        "from superset import db, security_manager\n"
        "app = create_app()\napp.app_context().push()\n"
        "from rasure_superset.reports import execute\n"
    )
    answer = subprocess.run(
        [superset.program("python"), "-P", "-c", start + code],
        env={
            **callers_environment(),
            **superset.environment(settings),
            **reports.sending_environment(settings),
            "RASURE_MAKES_REPORTS": "1",
        },
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    return json.loads(answer.stdout.strip().splitlines()[-1])


def test_the_week_arrives_as_a_pdf_with_the_map_and_the_marking(reporting, mail, page):
    count = len(mail.taken)
    answer = reporting.run("reports", "send", "weekly_overview")
    assert (answer.returncode, answer.stdout) == (0, "weekly_overview: Success\n"), (
        answer.stderr[-2000:]
    )
    ((recipients, message),) = mail.newest(count)
    check_week(page, recipients, message)


def set_age(home: Home, days: int) -> None:
    """Make the data of every source so old."""
    with psycopg.connect(home.settings.database_url) as connection:
        connection.execute(
            "update marts.force_freshness set late_after = '10 days',"
            " data_as_at = now() - %s * interval '1 day'",
            [days],
        )


@pytest.fixture
def freshness(reporting) -> Iterator[None]:
    """Put the ages of the data back after the test."""
    with psycopg.connect(reporting.settings.database_url) as connection:
        connection.execute(
            "create table public.ages as select source, force, data_as_at, late_after"
            " from marts.force_freshness"
        )
    yield
    with psycopg.connect(reporting.settings.database_url) as connection:
        connection.execute(
            "update marts.force_freshness set data_as_at = ages.data_as_at,"
            " late_after = ages.late_after from public.ages"
            " where force_freshness.source = ages.source"
            " and force_freshness.force = ages.force"
        )
        connection.execute("drop table public.ages")


def test_late_data_are_told_once_and_fresh_data_are_not(reporting, mail, freshness):
    count = len(mail.taken)
    set_age(reporting, 1)
    answer = reporting.run("reports", "send", "data_late")
    assert answer.stdout == "data_late: Not triggered\n", answer.stderr[-2000:]
    assert mail.newest(count) == []

    set_age(reporting, 30)
    answer = reporting.run("reports", "send", "data_late")
    assert answer.stdout == "data_late: Success\n", answer.stderr[-2000:]
    ((recipients, message),) = mail.newest(count)
    assert recipients == RECIPIENTS
    assert message["Subject"] == "[OFFICIAL] Data are late"
    assert "What to do:" in body(message)
    assert "police_uk" in body(message), "the source that is late"
    assert not list(message.iter_attachments())

    answer = reporting.run("reports", "send", "data_late")
    assert answer.stdout == "data_late: On Grace\n", answer.stderr[-2000:]
    assert len(mail.newest(count)) == 1


def test_the_service_tells_of_a_refused_delivery_at_once(reporting, mail, tmp_path):
    count = len(mail.taken)
    broken = tmp_path / "monday-extract.zip"
    broken.write_bytes(b"no archive")
    assert reporting.run("land", "police_uk", str(broken)).returncode != 0
    assert reporting.service("reports")["state"] == "well"
    superset_rows(
        reporting,
        "update report_schedule set created_on = now() - interval '1 hour'"
        " where extra_json like '%delivery_refused%'",
    )
    wait_for(lambda: len(mail.newest(count)) > 0)
    ((_, message),) = mail.newest(count)
    assert message["Subject"] == "[OFFICIAL] A delivery was refused"
    assert "monday-extract" in body(message)
    listed = reporting.run("reports", "list").stdout
    assert re.search(r"delivery_refused +2 recipients +Success", listed), listed


def test_the_operator_is_told_when_a_report_cannot_be_sent(reporting, mail):
    count = len(mail.taken)
    superset_rows(
        reporting,
        "update report_schedule set sql = 'select count(*) from marts.nowhere'"
        " where extra_json like '%data_not_built%'",
    )
    for _ in range(2):
        answer = reporting.run("reports", "send", "data_not_built")
        assert answer.returncode == 1
        assert "data_not_built was not sent" in answer.stderr
    ((recipients, message),) = mail.newest(count)
    assert recipients == [OPERATOR]
    assert message["Subject"] == "[OFFICIAL] Not sent: New data could not be built"


ROWS = """
from rasure_superset import access
from rasure_superset.assets import bundle as assets
from rasure_superset import FOLDER
from superset.connectors.sqla.models import SqlaTable
from superset.tasks.utils import get_executor
from flask import current_app
bundle = assets.load(FOLDER / "assets")
tables = {t.table_name for t in db.session.query(SqlaTable).all() if "area" in
          [c.column_name for c in t.columns]}
"""


def test_a_report_shows_what_its_account_may_see_and_not_what_its_owner_may(reporting):
    """A row rule keeps the account to one area; the owner sees them all."""
    url = reporting.url("superset")
    owner = ChartClient(url, "admin", reporting.password("superset", "admin"))
    charts = owner.charts("serious-violence")
    ranked = next(one for one in charts if one.name == "Ranked places")
    every_area = areas(owner, ranked)
    assert len(every_area) > 1
    rule = {
        "name": "reports",
        "role": "rasure_reports",
        "areas": every_area[:1],
    }
    try:
        cookies, executor = in_superset(
            reporting,
            f"{ROWS}access._apply_rules([{rule!r}], tables)\n"
            "schedule = execute._schedule('weekly_overview')\n"
            "schedule.owners = [security_manager.find_user('admin')]\n"
            "db.session.commit()\n"
            "name = get_executor(current_app.config['ALERT_REPORTS_EXECUTORS'],"
            " schedule)[1]\n"
            "print(json.dumps([execute.session_cookies(), name]))",
        )
        assert executor == "rasure-reports"
        client = ChartClient.__new__(ChartClient)
        client.http = httpx.Client(base_url=url, cookies=cookies, timeout=60)
        me = client.http.get("/api/v1/me/").json()["result"]
        assert me["username"] == "rasure-reports"
        assert areas(client, ranked) == every_area[:1]
        assert areas(owner, ranked) == every_area
        shows = {chart.name: status(client, chart) for chart in charts}
        assert shows["Key figures"] == 200
        refused = {name for name, code in shows.items() if code == 403}
        assert "Geocode report" in refused, "a page that no report shows"
        pages = client.http.get("/api/v1/dashboard/").json()["result"]
        assert [page["slug"] for page in pages] == ["serious-violence"]
    finally:
        in_superset(
            reporting,
            f"{ROWS}access._apply_rules([], tables)\n"
            "execute._schedule('weekly_overview').owners = []\n"
            "db.session.commit()\nexecute._end_sessions()\nprint('[]')",
        )
    assert client.http.get("/api/v1/me/").status_code == 401, "the session has ended"


def status(client: ChartClient, chart) -> int:
    body = {**chart.body, "force": True}
    return client.http.post("/api/v1/chart/data", json=body).status_code


def areas(client: ChartClient, chart) -> list[str]:
    """The areas of a chart's rows, as this account sees them."""
    body = {**chart.body, "force": True}
    response = client.http.post("/api/v1/chart/data", json=body)
    rows = response.json()["result"][0]["data"]
    return sorted({row["area"] for row in rows})


def test_nobody_can_log_in_as_the_account_of_the_reports(reporting):
    url = reporting.url("superset")
    for password in ("!", "", "rasure-reports", "password"):
        with pytest.raises(ChartApiError):
            ChartClient(url, "rasure-reports", password)


def test_superset_has_no_page_on_which_to_make_a_report_by_hand(reporting):
    admin = ChartClient(
        reporting.url("superset"), "admin", reporting.password("superset", "admin")
    )
    assert admin.http.get("/api/v1/report/").status_code == 404
