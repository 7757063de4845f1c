"""Read the reports and alerts, one YAML file each, and check what they name.

A file has the keys `name`, `schedule` (cron, by the `clock`), `page` (a dashboard and
its tabs) and `text`, which is HTML. With `alert` it is an alert: it is sent while its
`dataset` has rows `where` the condition holds, lists the `columns` of these rows, and
is repeated after `remind_after_hours`. An alert links to its page. A report carries its
page as a PDF.

The name of the file without `.yaml` is the report's key: the settings of a home give
the recipients by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import yaml
from croniter import croniter

from rasure_superset.assets.bundle import Asset, Bundle
from rasure_superset.errors import AssetFaults

KEYS = {"name", "schedule", "clock", "page", "text"}
ALERT_KEYS = {"dataset", "where", "columns", "remind_after_hours"}
PAGE_KEYS = {"dashboard", "tabs"}
MOST_ROWS = 20  # that an alert lists


@dataclass(frozen=True)
class Alert:
    """When an alert is sent, and what it lists."""

    dataset: str
    where: str
    columns: tuple[str, ...]
    remind_after_hours: float


@dataclass(frozen=True)
class Report:
    """One report, or one alert; `clock` is a time zone, `tabs` are titles."""

    key: str
    name: str
    schedule: str
    clock: str
    dashboard: str
    tabs: tuple[str, ...]
    text: str
    alert: Alert | None = None

    @property
    def file(self) -> str:
        """The name of its file, for messages."""
        return f"reports/{self.key}.yaml"


def load(folder: Path) -> dict[str, Report]:
    """Read every report of `folder`, by key. Raises `AssetFaults`."""
    faults, reports = [], {}
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        new_faults = list(_faults_of_file(f"reports/{path.name}", content))
        faults += new_faults
        if not new_faults:
            reports[path.stem] = _report(path.stem, content)
    names = [report.name for report in reports.values()]
    for report in reports.values():
        if names.count(report.name) > 1:
            faults.append(f"{report.file}: name: {report.name} is used twice")
    if faults:
        raise AssetFaults(faults)
    return reports


def check(reports: dict[str, Report], bundle: Bundle, readable: set[str]) -> None:
    """Raise `AssetFaults` if a report names what is not there or may not be sent.

    `readable` holds the datasets that the account of the reports reads. A page of
    people is never sent.
    """
    if faults := [
        fault
        for report in reports.values()
        for fault in _faults_of_report(report, bundle, readable)
    ]:
        raise AssetFaults(faults)


def datasets_of(report: Report, bundle: Bundle) -> dict[str, Asset]:
    """The datasets that a report or an alert shows, by name, its filters' too.

    An alert only links to its page, so it shows no more than its own dataset.
    """
    by_name = {item.content["table_name"]: item for item in bundle.datasets.values()}
    if report.alert:
        name = report.alert.dataset
        return {name: by_name[name]} if name in by_name else {}
    dashboard = dashboard_of(report, bundle)
    tabs = [tab for tab in dashboard.content["tabs"] if tab["title"] in report.tabs]
    shown = {
        str(bundle.charts[str(item["chart"])].content["dataset_uuid"])
        for tab in tabs
        for row in tab["rows"]
        for item in row
        if str(item.get("chart")) in bundle.charts
    }
    shown |= {
        str(item["dataset_uuid"]) for item in dashboard.content.get("filters") or []
    }
    return {name: dataset for name, dataset in by_name.items() if dataset.uuid in shown}


def dashboard_of(report: Report, bundle: Bundle) -> Asset | None:
    """The dashboard of a report's page; None if there is none."""
    boards = bundle.dashboards.values()
    named = [board for board in boards if board.content["slug"] == report.dashboard]
    return named[0] if named else None


def restricted_databases(bundle: Bundle) -> set[str]:
    """The UUIDs of the databases with people, which no report may read."""
    return {
        uuid
        for uuid, database in bundle.databases.items()
        if database.content.get("restricted")
    }


def count_query(alert: Alert, dataset: Asset) -> str:
    """The SQL that counts the rows for which an alert is sent."""
    return f"select count(*) as due from {dataset.source} where {alert.where}"


def rows_query(alert: Alert, dataset: Asset) -> str:
    """The SQL of the rows that an alert lists."""
    columns = ", ".join(alert.columns)
    return (
        f"select distinct {columns} from {dataset.source} where {alert.where} "
        f"order by {columns} limit {MOST_ROWS}"
    )


def _faults_of_file(file: str, content: object) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"{file}: expected keys and values, found {content!r:.40}"
        return
    alert = content.get("alert") or {}
    for part, place, known in (
        (content, file, KEYS | {"alert"}),
        (content.get("page"), f"{file}: page", PAGE_KEYS),
        (alert, f"{file}: alert", ALERT_KEYS),
    ):
        if not isinstance(part, dict):
            yield f"{place}: expected keys and values"
            continue
        for key in sorted(part.keys() - known):
            yield f"{place}: {key}: unknown key"
        if part:
            for key in sorted(known - {"alert"} - part.keys()):
                yield f"{place}: {key}: missing"
    if not croniter.is_valid(str(content.get("schedule"))):
        yield f"{file}: schedule: {content.get('schedule')!r} is not a cron schedule"
    if content.get("clock") not in available_timezones():
        yield f"{file}: clock: {content.get('clock')!r} is not a time zone"


def _report(key: str, content: dict) -> Report:
    alert = content.get("alert")
    ZoneInfo(content["clock"])
    return Report(
        key=key,
        name=content["name"],
        schedule=content["schedule"],
        clock=content["clock"],
        dashboard=content["page"]["dashboard"],
        tabs=tuple(content["page"]["tabs"]),
        text=content["text"],
        alert=alert and Alert(**{**alert, "columns": tuple(alert["columns"])}),
    )


def _faults_of_report(
    report: Report, bundle: Bundle, readable: set[str]
) -> Iterator[str]:
    dashboard = dashboard_of(report, bundle)
    if dashboard is None:
        yield f"{report.file}: page: no dashboard is {report.dashboard}"
        return
    titles = {tab["title"] for tab in dashboard.content["tabs"]}
    for tab in report.tabs:
        if tab not in titles:
            yield f"{report.file}: page: {report.dashboard} has no tab {tab}"
    if _shows_people(dashboard, bundle):
        yield (
            f"{report.file}: page: {report.dashboard} shows people. A page of people "
            "is never sent by email."
        )
        return
    datasets = datasets_of(report, bundle)
    restricted = restricted_databases(bundle)
    for name, dataset in datasets.items():
        if str(dataset.content["database_uuid"]) in restricted:
            yield f"{report.file}: {name} holds people, which are never sent by email"
        elif name not in readable:
            yield (
                f"{report.file}: the role of reports does not read {name}. If it may "
                "leave by email, add it to reads_only of that role in roles.yaml."
            )
    if report.alert and report.alert.dataset not in datasets:
        yield f"{report.file}: alert: no dataset is named {report.alert.dataset}"
    elif report.alert:
        columns = datasets[report.alert.dataset].columns
        for column in report.alert.columns:
            if column not in columns:
                yield f"{report.file}: alert: {report.alert.dataset} has no {column}"


def _shows_people(dashboard: Asset, bundle: Bundle) -> bool:
    """True if any chart of a dashboard, on any tab, reads a database with people."""
    restricted = restricted_databases(bundle)
    charts = (
        bundle.charts.get(str(item.get("chart")))
        for tab in dashboard.content["tabs"]
        for row in tab["rows"]
        for item in row
    )
    return any(chart and bundle.database_of(chart) in restricted for chart in charts)
