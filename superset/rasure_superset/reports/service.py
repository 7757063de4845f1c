"""Run all the time and send each report that is due.

    python -m rasure_superset.reports.service

It is one small process that does not load Superset. Every few seconds it reads from
Superset's database which reports are due, and starts `execute` for each. A report is
due at its last time until Superset has logged that it was sent or not needed, so one
that was missed is sent later: after a restart, or when the mail server is back. It is
tried three times, and not more than a day late.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from croniter import croniter
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from rasure_superset.reports import config

PAUSE = 10  # seconds between two looks
LATEST = timedelta(hours=24)
TRIES = 3
BETWEEN_TRIES = timedelta(minutes=10)
SECONDS_TO_SEND = 900
DUE = """
    select
        schedule.extra_json,
        schedule.crontab,
        schedule.timezone,
        schedule.created_on,
        (
            select max(log.scheduled_dttm)
            from report_execution_log as log
            where log.report_schedule_id = schedule.id
                and log.state in ('Success', 'Not triggered', 'On Grace')
        ) as done
    from report_schedule as schedule
    where schedule.active and schedule.extra_json like '%"rasure"%'
    order by schedule.id
"""


@dataclass(frozen=True)
class Schedule:
    """When a report is sent. Moments are in UTC, without a time zone.

    `done` is the last time for which it was sent or not needed.
    """

    key: str
    cron: str
    clock: str
    made_at: datetime
    done: datetime | None


@dataclass
class Tries:
    """The moments at which each report was tried, by its key and the time it is for."""

    moments: dict[tuple[str, datetime], list[datetime]] = field(default_factory=dict)

    def note(self, key: str, scheduled: datetime, now: datetime) -> None:
        """Keep a try, and forget those that are too old to matter."""
        self.moments = {
            pair: moments
            for pair, moments in self.moments.items()
            if now - pair[1] < LATEST
        }
        self.moments.setdefault((key, scheduled), []).append(now)

    def allow(self, key: str, scheduled: datetime, now: datetime) -> bool:
        """True if there may be another try now."""
        moments = self.moments.get((key, scheduled), [])
        return not moments or (
            len(moments) < TRIES and now - moments[-1] >= BETWEEN_TRIES
        )


def last_time(schedule: Schedule, now: datetime) -> datetime:
    """The last time at which a report was to be sent, by its own clock, in UTC."""
    local_now = now.replace(tzinfo=UTC).astimezone(ZoneInfo(schedule.clock))
    cron = croniter(schedule.cron, local_now + timedelta(seconds=1))
    return cron.get_prev(datetime).astimezone(UTC).replace(tzinfo=None)


def due(
    schedules: Iterable[Schedule], tries: Tries, now: datetime
) -> list[tuple[str, datetime]]:
    """The reports to send now, as (key, the time they are for)."""
    jobs = []
    for schedule in schedules:
        scheduled = last_time(schedule, now)
        is_done = schedule.done is not None and scheduled <= schedule.done
        is_too_late = scheduled < schedule.made_at or now - scheduled >= LATEST
        if is_done or is_too_late:
            continue
        if tries.allow(schedule.key, scheduled, now):
            jobs.append((schedule.key, scheduled))
    return jobs


def main() -> None:
    """Look, send, wait; until the process is ended."""
    signal.signal(signal.SIGTERM, _end)
    engine = create_engine(os.environ["SQLALCHEMY_DATABASE_URI"], pool_pre_ping=True)
    tries = Tries()
    _beat()
    _execute("apply")
    while True:
        _beat()
        try:
            for key, scheduled in due(_schedules(engine), tries, _now()):
                tries.note(key, scheduled, _now())
                _execute("send", key, scheduled.isoformat())
        except SQLAlchemyError as error:
            _say(f"the schedules cannot be read: {type(error).__name__}")
        time.sleep(PAUSE)


def _schedules(engine) -> list[Schedule]:
    with engine.connect() as connection:
        rows = connection.execute(text(DUE)).fetchall()
    return [
        Schedule(
            key=json.loads(row.extra_json)["rasure"],
            cron=row.crontab,
            clock=row.timezone,
            made_at=row.created_on,
            done=row.done,
        )
        for row in rows
    ]


def _execute(*arguments: str) -> None:
    """Run `execute` and wait; it is killed when it takes too long."""
    command = [sys.executable, "-P", "-m", "rasure_superset.reports.execute"]
    process = subprocess.Popen(
        [*command, *arguments],
        env={**os.environ, config.MAKES_REPORTS: "1"},
        start_new_session=True,
    )
    began = time.monotonic()
    try:
        while time.monotonic() - began < SECONDS_TO_SEND:
            _beat()
            try:
                process.wait(timeout=5)
                return
            except subprocess.TimeoutExpired:
                continue
        _say(f"{' '.join(arguments)} took more than {SECONDS_TO_SEND} s: stopped")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _beat() -> None:
    """Touch the file by which the health check knows that this process works."""
    Path(os.environ["RASURE_HOME"], "run", "reports").touch()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _say(sentence: str) -> None:
    print(f"reports: {sentence}", flush=True)


def _end(signal_number: int, _frame) -> None:
    del signal_number
    raise SystemExit(0)


if __name__ == "__main__":
    main()
