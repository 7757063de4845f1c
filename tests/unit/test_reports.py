"""Reports and alerts by email: what may be sent, when, and by which settings."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import tomli_w
import yaml

from rasure.runtime import home, reports, services
from rasure.settings import Settings
from rasure_superset import access
from rasure_superset.assets import bundle as assets
from rasure_superset.errors import AssetFaults
from rasure_superset.reports import config, definitions, execute, service
from rasure_superset.reports.service import Schedule, Tries

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = CHECKOUT / "superset"


@pytest.fixture(scope="module")
def bundle():
    return assets.load(FOLDER / "assets")


@pytest.fixture(scope="module")
def readable() -> set[str]:
    """The datasets that the role of the reports reads."""
    roles = yaml.safe_load((FOLDER / "access" / "roles.yaml").read_text())
    return set(roles[access.REPORTS_ROLE]["reads_only"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / "reports", tmp_path / "reports")
    return tmp_path / "reports"


def change(folder: Path, key: str, **changes) -> None:
    file = folder / f"{key}.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **changes}))


def faults(folder: Path, bundle, readable) -> list[str]:
    with pytest.raises(AssetFaults) as caught:
        definitions.check(definitions.load(folder), bundle, readable)
    return caught.value.faults


# What may be sent


def test_the_role_of_the_reports_reads_what_they_show_and_no_more(bundle, readable):
    shipped = definitions.load(FOLDER / "reports")
    definitions.check(shipped, bundle, readable)
    shown = {
        name
        for report in shipped.values()
        for name in definitions.datasets_of(report, bundle)
    }
    assert shown == readable
    databases = {
        dataset.content["table_name"]: str(dataset.content["database_uuid"])
        for dataset in bundle.datasets.values()
    }
    restricted = definitions.restricted_databases(bundle)
    assert restricted
    assert not {databases[name] for name in readable} & restricted


@pytest.mark.parametrize(
    ("slug", "tab"),
    [
        ("people-risk", "People (risk)"),
        ("people-vulnerable", "People (vulnerable)"),
        ("people-vulnerable", "Under 18"),
    ],
)
def test_a_page_of_people_is_refused_even_if_the_role_may_read_it(
    folder, bundle, readable, slug, tab
):
    everything = {item.content["table_name"] for item in bundle.datasets.values()}
    change(folder, "weekly_overview", page={"dashboard": slug, "tabs": [tab]})
    assert faults(folder, bundle, everything) == [
        f"reports/weekly_overview.yaml: page: {slug} shows people. A page of people is "
        "never sent by email."
    ]


def test_an_alert_on_people_is_refused_though_it_links_to_another_page(
    folder, bundle, readable
):
    alert = {
        "dataset": "people_at_risk",
        "where": "true",
        "columns": ["force_name"],
        "remind_after_hours": 1,
    }
    change(folder, "data_late", alert=alert)
    assert any(
        "people_at_risk holds people, which are never sent" in fault
        for fault in faults(folder, bundle, {*readable, "people_at_risk"})
    )


def test_a_tab_with_more_than_the_role_reads_is_refused(folder, bundle, readable):
    page = {"dashboard": "serious-violence", "tabs": ["Overview", "Crimes"]}
    change(folder, "weekly_overview", page=page)
    named = faults(folder, bundle, readable)
    assert named
    assert all("the role of reports does not read" in fault for fault in named)
    assert any("crimes" in fault for fault in named)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"schedule": "every monday"}, "is not a cron schedule"),
        ({"clock": "Europe/Reading"}, "is not a time zone"),
        ({"recipients": ["a@b"]}, "recipients: unknown key"),
        ({"alert": {"dataset": "freshness"}}, "alert: where: missing"),
        ({"page": {"dashboard": "x"}}, "page: tabs: missing"),
        ({"page": {"dashboard": "x", "tabs": ["A"]}}, "no dashboard is x"),
        (
            {"page": {"dashboard": "serious-violence", "tabs": ["Overvew"]}},
            "serious-violence has no tab Overvew",
        ),
        ({"name": "Data are late"}, "Data are late is used twice"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused(
    folder, bundle, readable, changes, fault
):
    change(folder, "weekly_overview", **changes)
    assert any(fault in named for named in faults(folder, bundle, readable))


def test_nobody_can_have_an_account_of_rasures_own(tmp_path):
    shutil.copytree(FOLDER / "access", tmp_path / "access")
    file = tmp_path / "access" / "users.yaml"
    own = f"{access.REPORTS_USER}: {{roles: [rasure_people_risk]}}\n"
    file.write_text(file.read_text() + own)
    with pytest.raises(AssetFaults, match="that name is Rasure's own"):
        access.load(tmp_path / "access", tmp_path)


# When


def schedule(**changes) -> Schedule:
    """A report of Monday morning, made long ago."""
    fields = {
        "key": "weekly",
        "cron": "0 7 * * 1",
        "clock": "Europe/London",
        "made_at": datetime(2026, 1, 1),
        "done": None,
    }
    return Schedule(**{**fields, **changes})


@pytest.mark.parametrize(
    ("now", "scheduled"),
    [
        (datetime(2026, 1, 12, 7, 0), datetime(2026, 1, 12, 7, 0)),
        (datetime(2026, 7, 13, 6, 0), datetime(2026, 7, 13, 6, 0)),  # summer time
        (datetime(2026, 7, 13, 5, 59), datetime(2026, 7, 6, 6, 0)),
        (datetime(2026, 3, 30, 6, 0), datetime(2026, 3, 30, 6, 0)),  # clocks changed
    ],
)
def test_a_report_keeps_the_hour_of_its_own_clock(now, scheduled):
    assert service.last_time(schedule(), now) == scheduled


MONDAY = datetime(2026, 1, 12, 7, 0)


@pytest.mark.parametrize(
    ("changes", "now", "is_due"),
    [
        ({}, MONDAY, True),
        ({"done": MONDAY - timedelta(days=7)}, MONDAY, True),
        ({"done": MONDAY}, MONDAY + timedelta(seconds=30), False),
        # by hand, later than its time
        ({"done": MONDAY + timedelta(minutes=2)}, MONDAY + timedelta(minutes=3), False),
        # missed, while the machine was down
        ({}, MONDAY + timedelta(hours=9), True),
        ({}, MONDAY + timedelta(hours=24), False),
        # switched on after its time
        ({"made_at": MONDAY + timedelta(hours=1)}, MONDAY + timedelta(hours=2), False),
    ],
)
def test_a_report_is_due_once_and_later_when_it_was_missed(changes, now, is_due):
    jobs = service.due([schedule(**changes)], Tries(), now)
    assert jobs == ([("weekly", MONDAY)] if is_due else [])


def test_a_report_that_fails_is_tried_three_times_with_a_pause():
    tries, tried = Tries(), []
    for minute in range(120):
        now = MONDAY + timedelta(minutes=minute)
        for key, scheduled in service.due([schedule()], tries, now):
            tries.note(key, scheduled, now)
            tried.append(minute)
    assert tried == [0, 10, 20]
    tomorrow = MONDAY + timedelta(days=7)
    assert service.due([schedule()], tries, tomorrow) == [("weekly", tomorrow)]


# The settings


SECTION = {
    "smtp_host": "mail.force.example",
    "sender": "rasure@force.example",
    "operator": "data.team@force.example",
    "recipients": {"weekly_overview": ["a.b+c@force.example", "o'neil@force.example"]},
}


def settings_with(tmp_path: Path, section, **secrets) -> Settings:
    folder = tmp_path / "home"
    folder.mkdir(exist_ok=True)
    stored = {"ports": home.USUAL_PORTS}
    if section is not None:
        stored["reports"] = section
    (folder / "settings.toml").write_text(tomli_w.dumps(stored))
    (folder / "secrets.toml").write_text(tomli_w.dumps(secrets))
    return Settings(folder)


def test_without_the_section_nothing_of_the_reports_is_there(tmp_path, monkeypatch):
    off = settings_with(tmp_path, None, **home.new_secrets())
    assert reports.environment(off) == {}
    names = [one.name for one in services.all_services(off, home.USUAL_PORTS)]
    assert "reports" not in names
    on = settings_with(tmp_path, SECTION, **home.new_secrets())
    names = [one.name for one in services.all_services(on, home.USUAL_PORTS)]
    assert names[-2:] == ["superset", "reports"]


def test_the_web_server_has_no_page_on_which_to_make_a_report(tmp_path):
    section = reports.environment(settings_with(tmp_path, SECTION))
    assert config.section(section)["recipients"] == SECTION["recipients"]
    assert config.superset_settings(section, "OFFICIAL") == {}
    assert config.superset_settings({}, "OFFICIAL") == {}


def test_the_section_is_completed(tmp_path, monkeypatch):
    monkeypatch.delenv("RASURE_HOSTNAME", raising=False)
    settings = settings_with(tmp_path, SECTION)
    section = json.loads(reports.environment(settings)["RASURE_REPORTS"])
    assert section["smtp_security"] == "starttls"
    assert section["page_url"] == "http://127.0.0.1:8088"
    monkeypatch.setenv("RASURE_HOSTNAME", "rasure.force.example")
    section = json.loads(reports.environment(settings)["RASURE_REPORTS"])
    assert section["page_url"] == "https://rasure.force.example"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"smtp_host": ""}, "smtp_host is missing"),
        ({"operator": None}, "operator is missing"),
        ({"sender": "Rasure <a@b>"}, "sender is not one plain email address"),
        ({"operator": "a@b, c@d"}, "operator is not one plain email address"),
        ({"smtp_port": "587"}, "smtp_port must be a number"),
        ({"smtp_port": True}, "smtp_port must be a number"),
        ({"smtp_security": "ssl"}, "smtp_security must be one of starttls, tls, none"),
        ({"smtp_security": "none"}, "would send reports to mail.force.example unencr"),
        ({"smtp_user": "rasure"}, "smtp_user has no password"),
        ({"smtp_pasword": "x"}, "smtp_pasword is not a setting. There are"),
        ({"page_url": "rasure.example"}, "page_url is not an address"),
        ({"page_url": 'https://x/"><b>'}, "page_url is not an address"),
        ({"recipients": ["a@b"]}, "must be a section with a list of addresses"),
        ({"recipients": {"weekly": ["a@b"]}}, "there is no report weekly. There are"),
        ({"recipients": {"data_late": "a@b"}}, "must be a list of plain email"),
        ({"recipients": {"data_late": ["a@b\nBcc: c@d"]}}, "must be a list of plain"),
        ({"recipients": {"data_late": ["a@b,c@d"]}}, "must be a list of plain"),
        ({"recipients": {"data_late": ["a@b;c@d"]}}, "must be a list of plain"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, changes, sentence):
    section = {**SECTION, **changes}
    section = {key: value for key, value in section.items() if value is not None}
    settings = settings_with(tmp_path, section)
    with pytest.raises(reports.ReportsRefused) as caught:
        reports.environment(settings)
    assert sentence in str(caught.value)
    assert "@d" not in str(caught.value), "an address is not repeated"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_only_a_server_on_this_machine_is_spoken_to_unencrypted(tmp_path, host):
    section = {**SECTION, "smtp_host": host, "smtp_security": "none"}
    assert reports.environment(settings_with(tmp_path, section))


# What is refused when a report is made


def stored(bundle, *databases: str, chart: bool = False, of_alert: str | None = None):
    """A report as Superset keeps it, with one chart for each of these databases."""
    uuids = {
        item.content["database_name"]: key for key, item in bundle.databases.items()
    }

    def database(name: str) -> SimpleNamespace:
        return SimpleNamespace(uuid=uuids[name])

    charts = [
        SimpleNamespace(datasource=SimpleNamespace(database=database(name)))
        for name in databases
    ]
    return SimpleNamespace(
        name="Weekly",
        chart=charts[0] if chart else None,
        dashboard=SimpleNamespace(slices=charts),
        database=of_alert and database(of_alert),
    )


@pytest.fixture
def account(monkeypatch) -> SimpleNamespace:
    """The account of the reports, as it should be."""
    roles = [SimpleNamespace(name=access.REPORTS_ROLE)]
    account = SimpleNamespace(roles=roles, groups=[])
    monkeypatch.setattr(execute, "_account", lambda: account)
    return account


def test_a_report_that_has_come_to_show_people_is_not_made(bundle, account):
    execute.refuse_people(stored(bundle, "Rasure marts"), bundle)
    for shows_people in (
        stored(bundle, "Rasure marts", "Rasure people"),
        stored(bundle, "Rasure people", chart=True),
        stored(bundle, "Rasure marts", of_alert="Rasure people"),
    ):
        with pytest.raises(execute.ReportRefused, match="It is never sent"):
            execute.refuse_people(shows_people, bundle)


def test_no_report_is_made_while_its_account_may_do_more(bundle, account):
    report = stored(bundle, "Rasure marts")
    account.roles.append(SimpleNamespace(name="rasure_people_risk"))
    with pytest.raises(execute.ReportRefused, match="and has rasure_people_risk, ras"):
        execute.refuse_people(report, bundle)
    account.roles.pop()
    account.groups.append(SimpleNamespace(name="detectives"))
    with pytest.raises(execute.ReportRefused, match="no other"):
        execute.refuse_people(report, bundle)
