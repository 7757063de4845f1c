"""Put the reports into Superset, with their account, as the synchronisation does.

The account of the reports has one role and no password: nobody can log in as it. While
reports are off it is switched off, and so is every report.
"""

from __future__ import annotations

import json

from rasure_superset.access import REPORTS_ROLE, REPORTS_USER, service_user
from rasure_superset.assets.bundle import Bundle
from rasure_superset.errors import SyncError
from rasure_superset.reports.definitions import (
    Report,
    count_query,
    dashboard_of,
    datasets_of,
)

NO_PASSWORD = "!"  # noqa: S105 - no password has this as its hash
SECONDS_TO_MAKE = 900
KEPT_DAYS = 35  # of the log of what was sent


def apply(reports: dict[str, Report], bundle: Bundle, settings: dict | None) -> str:
    """Make, change and remove reports; returns the changes, or "unchanged".

    `settings` is the section `[reports]` of the home; None switches everything off.
    Raises `SyncError` if a page or a tab is not in Superset.
    """
    from superset import db
    from superset.reports.models import ReportSchedule
    from superset.utils.core import override_user

    with override_user(service_user()):
        changes = _apply_account(is_on=settings is not None)
        stored = {
            schedule.extra.get("rasure"): schedule
            for schedule in db.session.query(ReportSchedule).all()
        }
        recipients = settings["recipients"] if settings else {}
        for key, report in reports.items():
            schedule = stored.pop(key, None)
            if schedule is None and not recipients.get(key):
                continue
            state = _state(report, bundle, recipients.get(key) or [])
            is_new = schedule is None
            schedule = schedule or ReportSchedule(last_state="Not triggered")
            if _set_state(schedule, state):
                changes.append(f"report {key}{'' if is_new else ' changed'}")
            db.session.add(schedule)
        for key, schedule in stored.items():
            if key is not None:
                db.session.delete(schedule)
                changes.append(f"report {key} removed")
        db.session.commit()
    return ", ".join(changes) or "unchanged"


def _apply_account(is_on: bool) -> list[str]:
    from superset import db, security_manager

    role = security_manager.find_role(REPORTS_ROLE)
    if role is None:
        raise SyncError(f"roles.yaml has no role {REPORTS_ROLE}, which reports need.")
    user = security_manager.find_user(username=REPORTS_USER)
    if user is None and not is_on:
        return []
    changes = []
    if user is None:
        user = security_manager.add_user(
            username=REPORTS_USER,
            first_name="Scheduled",
            last_name="reports",
            email=f"{REPORTS_USER}@localhost",
            role=role,
            hashed_password=NO_PASSWORD,
        )
        if not user:
            raise SyncError(f"Superset refused to add the account {REPORTS_USER}.")
        changes.append(f"account {REPORTS_USER}")
    if user.active != is_on:
        user.active = is_on
        changes.append(f"account {REPORTS_USER} switched {'on' if is_on else 'off'}")
    if [one.id for one in user.roles] != [role.id] or user.groups:
        user.roles, user.groups = [role], []
        changes.append(f"roles of {REPORTS_USER}")
    user.password = NO_PASSWORD
    db.session.commit()
    return changes


def _state(report: Report, bundle: Bundle, recipients: list[str]) -> dict:
    """What Superset is to keep of a report."""
    from superset import db
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard

    slug = dashboard_of(report, bundle).content["slug"]
    dashboard = db.session.query(Dashboard).filter_by(slug=slug).one_or_none()
    if dashboard is None:
        raise SyncError(f"{report.file}: Superset has no dashboard {slug} yet.")
    extra = {"rasure": report.key, "dashboard": {"anchor": _anchor(report, dashboard)}}
    state = {
        "type": "Alert" if report.alert else "Report",
        "name": report.name,
        "active": bool(recipients),
        "crontab": report.schedule,
        "timezone": report.clock,
        "dashboard_id": dashboard.id,
        "report_format": "TEXT" if report.alert else "PDF",
        "email_subject": report.name,
        "force_screenshot": True,
        "working_timeout": SECONDS_TO_MAKE,
        "log_retention": KEPT_DAYS,
        "owners": [],
        "extra_json": json.dumps(extra, sort_keys=True),
        "recipients": ", ".join(recipients),
    }
    if report.alert:
        dataset = datasets_of(report, bundle)[report.alert.dataset]
        uuid = str(dataset.content["database_uuid"])
        state |= {
            "database_id": db.session.query(Database).filter_by(uuid=uuid).one().id,
            "sql": count_query(report.alert, dataset),
            "validator_type": "operator",
            "validator_config_json": json.dumps({"op": ">", "threshold": 0}),
            "grace_period": round(report.alert.remind_after_hours * 3600),
        }
    return state


def _anchor(report: Report, dashboard) -> str:
    """The tabs of a report as Superset names them: one id, or a JSON list of ids."""
    position = json.loads(dashboard.position_json)
    ids = {
        item["meta"]["text"]: item["id"]
        for item in position.values()
        if isinstance(item, dict) and item["type"] == "TAB"
    }
    for tab in report.tabs:
        if tab not in ids:
            raise SyncError(f"{report.file}: {dashboard.slug} shows no tab {tab} now.")
    chosen = [ids[tab] for tab in report.tabs]
    return chosen[0] if len(chosen) == 1 else json.dumps(chosen)


def _set_state(schedule, state: dict) -> bool:
    """Change what differs; True if anything did."""
    from superset.reports.models import ReportRecipients

    target = state.pop("recipients")
    changed = [key for key, value in state.items() if getattr(schedule, key) != value]
    for key in changed:
        setattr(schedule, key, state[key])
    config = json.dumps({"target": target})
    if [one.recipient_config_json for one in schedule.recipients] != [config]:
        schedule.recipients = [
            ReportRecipients(type="Email", recipient_config_json=config)
        ]
        changed.append("recipients")
    return bool(changed)
