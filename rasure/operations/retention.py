"""What grows without end is kept for as long as the settings say, and no longer.

Each night the DAG `retention` does what `rasure retention` does. What a row is for, how
fast its table grows and how long it is kept is in docs/scaling.md. Tables are not
partitioned: what is removed in a night is a day's growth, and a plain delete of that
takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from rasure.errors import SetupError
from rasure.landing import retention as landing
from rasure.runtime import old_logs
from rasure.settings import Settings
from rasure.transform import results

SECTION = "retention"  # of settings.toml


@dataclass(frozen=True)
class Limits:
    """For how many days each thing is kept, by `[retention]` of settings.toml.

    quarantine_days  the text of a row in quarantine, from its landing
    superseded_days  rows of raw that a later delivery of everything supersedes, from
                     the landing of that delivery; until then it can be withdrawn
    log_days         files of logs, since they were last written
    history_days     what the gate found well, what dbt did, missed deadlines, and the
                     entries of empty files
    """

    quarantine_days: int = 90
    superseded_days: int = 30
    history_days: int = 90
    log_days: int = 30


@dataclass(frozen=True)
class Removed:
    """What one run removed. `texts_needed` counts the texts of rows in quarantine that
    are older than their limit and stay, because a model needs them."""

    texts: int
    texts_needed: int
    superseded_rows: int
    verdicts: int
    empty_files: int
    dbt_runs: int
    missed_deadlines: int
    logs: int


def limits(settings: Settings) -> Limits:
    """The limits of a home; raises `SetupError` for one that is none, or no number."""
    stored = settings.stored.get(SECTION, {})
    names = [field.name for field in fields(Limits)]
    for name, days in stored.items():
        if name not in names:
            raise SetupError(
                f"[{SECTION}] of settings.toml has no {name}; it has "
                f"{', '.join(names)}."
            )
        if type(days) is not int or days < 1:
            raise SetupError(
                f"`{name}` in [{SECTION}] of settings.toml is a number of days, 1 or "
                f"more; found {days!r}."
            )
    return Limits(**stored)


def remove_old(
    connection: psycopg.Connection,
    limit: Limits,
    logs: Path,
    now: datetime | None = None,
) -> Removed:
    """Remove what is older than its limit, counted from `now`, by default the present.

    `connection` is in autocommit mode. It may be repeated, stopped at any point, and
    run while deliveries land and transforms work: no model is built differently after
    it.
    """
    now = now or datetime.now(UTC)
    history = now - timedelta(days=limit.history_days)
    texts, needed = landing.empty_texts(
        connection, now - timedelta(days=limit.quarantine_days)
    )
    return Removed(
        texts=texts,
        texts_needed=needed,
        superseded_rows=landing.remove_superseded_rows(
            connection, now - timedelta(days=limit.superseded_days)
        ),
        verdicts=landing.remove_verdicts(connection, history),
        empty_files=landing.remove_empty_files(connection, history),
        dbt_runs=results.remove_old(connection, history),
        missed_deadlines=connection.execute(
            "delete from ops.missed_deadlines where missed_at < %s", (history,)
        ).rowcount,
        logs=old_logs.delete_old(logs, limit.log_days, now),
    )


def say_removed(removed: Removed, say: Callable[[str], None]) -> None:
    """Say what a run removed, a line for each thing."""
    say(
        f"quarantine: {removed.texts:,} rows lost their text and stay counted"
        + (
            f"; {removed.texts_needed:,} older than their limit keep it, because they "
            "say that a record is there or restricted. Mend these at the source."
            if removed.texts_needed
            else ""
        )
    )
    say(f"raw: {removed.superseded_rows:,} rows removed that a later delivery has")
    say(
        f"ops: {removed.verdicts:,} verdicts of the gate, {removed.empty_files:,} "
        f"entries of empty files, {removed.dbt_runs:,} results of dbt, "
        f"{removed.missed_deadlines:,} missed deadlines removed"
    )
    say(f"logs: {removed.logs:,} files deleted")
