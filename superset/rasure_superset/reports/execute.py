"""Make and send one report, or put all of them into Superset, and end.

    python -m rasure_superset.reports.execute apply
    python -m rasure_superset.reports.execute send KEY MOMENT

`MOMENT` is the time for which the report was due, in UTC. Superset itself decides if an
alert is due, makes the message and keeps a log (`report_execution_log`). It does so as
the account of the reports, never as an owner. A browser photographs the page, signed in
by a session that ends with this process.

It refuses a report that could show people, whatever its file says: the dashboard must
have no chart of a database with people, and the account no role but its own.
"""

from __future__ import annotations

import html
import json
import os
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from rasure_superset import FOLDER
from rasure_superset.access import REPORTS_ROLE, REPORTS_USER
from rasure_superset.assets import bundle as assets
from rasure_superset.assets.bundle import Bundle
from rasure_superset.errors import SyncError
from rasure_superset.guard import sessions
from rasure_superset.reports import applying, config, definitions
from rasure_superset.reports.definitions import Report

LOCK = 7257901  # an advisory lock of Superset's database: one report at a time
DONE = ("Success", "Not triggered", "On Grace")
PHOTOGRAPHER = "RASURE_PHOTOGRAPHER"  # the command that photographs a page
SECONDS_TO_PHOTOGRAPH = 400


class ReportRefused(SyncError):
    """A report could show people, or its account may do more than it should."""

    exit_code = 2


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code: 0 if the report is sent or not due."""
    from superset.app import create_app

    try:
        with create_app().app_context():
            if arguments[0] == "apply":
                print(f"Reports: {apply()}")
            else:
                print(f"{arguments[1]}: {send(arguments[1], arguments[2])}")
    except SyncError as error:
        print(f"reports: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def apply() -> str:
    """Put the reports into Superset, if its dashboards are there; says what changed."""
    from superset import db
    from superset.models.dashboard import Dashboard

    bundle = assets.load(FOLDER / "assets")
    if not db.session.query(Dashboard).filter_by(slug="serious-violence").count():
        return "wait for the first publication of the dashboards"
    reports = definitions.load(FOLDER / "reports")
    return applying.apply(reports, bundle, config.section(os.environ))


def send(key: str, moment: str) -> str:
    """Make and send a report; returns its state afterwards, in Superset's words.

    Raises `SyncError` if it is refused, or could not be made or sent; then the operator
    that the settings name has been told, once for each row of failures.
    """
    from superset import db
    from superset.commands.exceptions import CommandException
    from superset.commands.report.execute import AsyncExecuteReportScheduleCommand
    from superset.exceptions import SupersetErrorsException
    from superset.utils.screenshots import BaseScreenshot

    scheduled = datetime.fromisoformat(moment)
    bundle = assets.load(FOLDER / "assets")
    report = definitions.load(FOLDER / "reports")[key]
    with db.engine.connect() as lock:
        if not lock.exec_driver_sql(f"select pg_try_advisory_lock({LOCK})").scalar():
            return "left to another process, which is sending"
        schedule = _schedule(key)
        if not schedule.active:
            raise SyncError(f"{key} goes to nobody. Name recipients in the settings.")
        if _is_done(schedule, scheduled):
            return "sent already"
        refuse_people(schedule, bundle)
        had_failed = schedule.last_state == "Error"
        if schedule.last_state == "Working":  # of a process that was killed
            schedule.last_state = "Error"
        schedule.description = _text(report, bundle)
        db.session.commit()
        BaseScreenshot.driver = lambda screenshot, window_size=None: Photographer()
        command = AsyncExecuteReportScheduleCommand(
            str(uuid4()), schedule.id, scheduled
        )
        try:
            command.run()
        except (CommandException, SupersetErrorsException) as error:
            reason = _reason(error)
            if not had_failed:
                _tell_operator(report, reason)
            raise SyncError(f"{key} was not sent: {reason}") from error
        finally:
            _end_sessions()
        db.session.expire_all()
        return _schedule(key).last_state


def refuse_people(schedule, bundle: Bundle) -> None:
    """Raise `ReportRefused` if a report could show people."""
    restricted = definitions.restricted_databases(bundle)
    charts = [schedule.chart] if schedule.chart else schedule.dashboard.slices
    read = {str(chart.datasource.database.uuid) for chart in charts}
    read |= {str(schedule.database.uuid)} if schedule.database else set()
    if read & restricted:
        raise ReportRefused(
            f"{schedule.name} is of a page that shows people. It is never sent."
        )
    roles = sorted(role.name for role in _account().roles)
    if roles != [REPORTS_ROLE] or _account().groups:
        raise ReportRefused(
            f"The account {REPORTS_USER} must have the role {REPORTS_ROLE} and no "
            f"other, and has {', '.join(roles) or 'none'}. Publish the dashboards to "
            "mend it."
        )


def session_cookies() -> dict[str, str]:
    """The cookies of a new session of the account of the reports."""
    from flask import Response, current_app, session
    from flask_login import login_user
    from werkzeug.http import parse_cookie

    with current_app.test_request_context("/login/"):
        login_user(_account())
        sessions.start(_account())
        response = Response()
        current_app.session_interface.save_session(current_app, session, response)
    cookies = {}
    for header in response.headers.getlist("Set-Cookie"):
        name, value = next(iter(parse_cookie(header).items()))
        cookies[name] = value
    return cookies


class Photographer:
    """Superset's driver of a browser: it has the page photographed by our program.

    Superset's own would send a page whose charts are still loading or have failed, and
    has no setting that names the machine's browser.
    """

    def get_screenshot(self, url: str, element_name: str, user) -> bytes:
        """The page as PNG. Raises `SyncError` if a chart is not drawn."""
        from superset import db

        del element_name, user  # the whole page, as the account of the reports
        db.session.commit()  # the link to the page, which Superset has just made
        order = {
            "url": url,
            "cookies": session_cookies(),
            "headers": {"X-Forwarded-Proto": "https"} if _is_behind_tls() else {},
        }
        answer = subprocess.run(
            shlex.split(os.environ[PHOTOGRAPHER]),
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=SECONDS_TO_PHOTOGRAPH,
        )
        if answer.returncode != 0:
            lines = answer.stderr.decode(errors="replace").strip().splitlines()
            raise SyncError(lines[-1] if lines else "the photographer failed")
        return answer.stdout


def _is_behind_tls() -> bool:
    from flask import current_app

    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _account():
    from superset import security_manager

    user = security_manager.find_user(username=REPORTS_USER)
    if user is None or not user.active:
        raise SyncError(f"The account {REPORTS_USER} is switched off.")
    return user


def _schedule(key: str):
    from superset import db
    from superset.reports.models import ReportSchedule

    for schedule in db.session.query(ReportSchedule).all():
        if schedule.extra.get("rasure") == key:
            return schedule
    raise SyncError(f"Superset has no report {key}. Publish the dashboards first.")


def _is_done(schedule, scheduled: datetime) -> bool:
    """True if a report was sent, or not needed, for that time.

    It also deletes what the log of the report keeps no longer.
    """
    from superset import db
    from superset.reports.models import ReportExecutionLog

    log = db.session.query(ReportExecutionLog).filter_by(report_schedule_id=schedule.id)
    oldest = datetime.now(UTC).replace(tzinfo=None) - timedelta(
        days=schedule.log_retention
    )
    log.filter(ReportExecutionLog.end_dttm < oldest).delete()
    db.session.commit()
    done = log.filter_by(scheduled_dttm=scheduled).filter(
        ReportExecutionLog.state.in_(DONE)
    )
    return done.count() > 0


def _text(report: Report, bundle: Bundle) -> str:
    """The body of the email: the marking, the text, and the rows of an alert."""
    from flask import current_app

    marking = current_app.config["RASURE_PROTECTIVE_MARKING"]
    parts = [f"<p><b>{html.escape(marking)}</b></p>", report.text]
    if report.alert:
        parts.append(_table(report, bundle))
    return "\n".join(parts)


def _table(report: Report, bundle: Bundle) -> str:
    """The rows for which an alert is sent as a table in HTML; empty if there are none.

    It is empty too if they cannot be read: then the alert's own query fails, Superset
    logs that, and the operator gets an email.
    """
    from superset import db
    from superset.models.core import Database
    from superset.utils.core import override_user

    dataset = definitions.datasets_of(report, bundle)[report.alert.dataset]
    uuid = str(dataset.content["database_uuid"])
    database = db.session.query(Database).filter_by(uuid=uuid).one()
    titles = {
        column["column_name"]: column.get("verbose_name", column["column_name"])
        for column in dataset.content["columns"]
    }
    try:
        with override_user(_account()):
            rows = database.get_df(definitions.rows_query(report.alert, dataset))
    except Exception as error:
        print(f"the rows of {report.key}: {type(error).__name__}", file=sys.stderr)
        return ""
    if rows.empty:
        return ""
    head = "".join(f"<th>{html.escape(titles[name])}</th>" for name in rows.columns)
    lines = [
        "".join(f"<td>{html.escape(_words(value))}</td>" for value in row)
        for row in rows.itertuples(index=False)
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><tr>{head}</tr>{body}</table>"


def _words(value: object) -> str:
    """A value as an email shows it; an instant to the minute."""
    if hasattr(value, "strftime"):
        return f"{value:%d %b %Y, %H:%M}"
    return str(value)


def _reason(error: Exception) -> str:
    parts = getattr(error, "errors", None)
    return "; ".join(part.message for part in parts) if parts else str(error)


def _tell_operator(report: Report, reason: str) -> None:
    """Send the operator a plain message; what fails here is only printed."""
    from flask import current_app
    from superset.utils.core import send_email_smtp

    prefix = current_app.config["EMAIL_REPORTS_SUBJECT_PREFIX"]
    body = (
        f"<p>{html.escape(report.name)} could not be made or sent: "
        f"{html.escape(reason)}</p><p>What to do: read reports.log in the folder of "
        "logs (in a deployment, the log of the service reports). A report is tried "
        "three times, an alert at each of its times. The next email of this kind "
        "comes when it fails again after a success.</p>"
    )
    try:
        send_email_smtp(
            config.section(os.environ)["operator"],
            f"{prefix} Not sent: {report.name}",
            body,
            current_app.config,
        )
    except Exception as error:
        print(
            f"the email to the operator failed: {type(error).__name__}", file=sys.stderr
        )


def _end_sessions() -> None:
    """End every session of the account: the photographs are taken."""
    from sqlalchemy import text
    from superset import db

    with db.engine.begin() as connection:
        connection.execute(
            text(
                "update rasure_sessions set ended_at = now() "
                "where user_id = :user_id and ended_at is null"
            ),
            {"user_id": _account().id},
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
