"""`rasure reports list` and `rasure reports send`: the reports by email."""

from __future__ import annotations

import datetime
import subprocess
from typing import Annotated

import typer

reports_app = typer.Typer(
    help="Reports and alerts by email (docs/operate.md).", no_args_is_help=True
)
LAST = """
    select
        schedule.extra_json::json ->> 'rasure' as key,
        schedule.active,
        log.state,
        log.end_dttm,
        log.error_message
    from report_schedule as schedule
    left join lateral (
        select state, end_dttm, error_message
        from report_execution_log
        where report_schedule_id = schedule.id and state <> 'Working'
        order by id desc
        limit 1
    ) as log on true
    where schedule.extra_json like '%"rasure"%'
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(reports_app, name="reports")


@reports_app.command(name="list")
def list_reports() -> None:
    """Show each report, to how many it goes, and how its last time ended."""
    import psycopg

    from rasure.runtime import reports
    from rasure.settings import Settings

    settings = Settings.load()
    if not reports.are_on(settings):
        print("Reports are off: settings.toml has no section [reports].")
        return
    reports.environment(settings)  # refuses a section that cannot be used
    recipients = settings.stored["reports"].get("recipients", {})
    with psycopg.connect(settings.role_url("superset", "superset")) as connection:
        stored = {row[0]: row[1:] for row in connection.execute(LAST)}
    for name in reports.names():
        count = len(recipients.get(name, []))
        active, state, ended_at, error = stored.get(name, (False, None, None, None))
        if not count:
            last = "goes to nobody"
        elif not active:
            last = "not in Superset yet: publish the dashboards"
        elif state is None:
            last = "not sent yet"
        else:
            last = f"{state}, {ended_at:%Y-%m-%d %H:%M} UTC"
            last += f": {error}" if state == "Error" and error else ""
        print(f"{name:<20} {count:>3} recipients  {last}")


@reports_app.command()
def send(
    report: Annotated[str, typer.Argument(help="Its name in `rasure reports list`.")],
) -> None:
    """Make a report and send it to its recipients now; an alert only if it is due."""
    from rasure.errors import SetupError
    from rasure.runtime import reports, superset
    from rasure.runtime.environment import callers_environment
    from rasure.settings import Settings

    settings = Settings.load()
    if not reports.are_on(settings):
        raise SetupError("Reports are off: settings.toml has no section [reports].")
    if report not in reports.names():
        raise SetupError(
            f"There is no report {report}. There are {', '.join(reports.names())}."
        )
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    python = superset.program("python")
    module = ("-P", "-m", "rasure_superset.reports.execute")
    command = [python, *module, "send", report, now.isoformat()]
    answer = subprocess.run(
        command,
        env={
            **callers_environment(),
            **superset.environment(settings),
            **reports.sending_environment(settings),
            "RASURE_MAKES_REPORTS": "1",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = answer.stdout.strip().splitlines()
    if answer.returncode != 0:
        raise SystemExit(answer.returncode)
    print(lines[-1] if lines else "")
