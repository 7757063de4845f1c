"""Upgrade a home to the release that is checked out; the way back is a backup.

Nothing may work on the warehouse meanwhile, and nothing is changed before the backup is
whole. Migrations are not undone: to go back, the backup is restored.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg

from rasure import runs, schema
from rasure.database import connect
from rasure.errors import RasureError, SetupError
from rasure.operations.catalogue import Backup
from rasure.operations.errors import UpgradeFailed, UpgradeRefused
from rasure.operations.taking import destination, release, take
from rasure.runtime import superset
from rasure.runtime import up as services
from rasure.runtime.services import GROUPS
from rasure.settings import Settings
from rasure.transform import pipeline

Say = Callable[[str], None]

# Sessions that land, pull, decide …; the triggers that only ask are left out.
AT_WORK = """
    select application_name from pg_stat_activity
    where datname = current_database()
        and application_name like 'rasure %'
        and application_name <> 'rasure catching up'
        and state <> 'idle'
        and pid <> pg_backend_pid()
    order by 1
    limit 1
"""


def upgrade(
    groups: tuple[str, ...],
    say: Say,
    progress: Callable[[str, int, int], None],
    directory: Path | None = None,
    *,
    has_backup_of_server: bool = False,
) -> Backup:
    """Back up the home, migrate, transform, publish, start `groups` (all if empty).

    `has_backup_of_server`: the warehouse is on a server of its own, and its operator
    has backed it up. Returns the backup that is the way back. Raises `UpgradeRefused`
    and what `take` raises, with nothing changed, and `UpgradeFailed` after the backup.
    """
    settings = Settings.load()
    if not (settings.home / "postgres").exists():
        raise UpgradeRefused(
            f"Nothing is set up under {settings.home}. `rasure up` sets it up."
        )
    if unknown := [group for group in groups if group not in GROUPS]:
        raise UpgradeRefused(
            f"There is no service {unknown[0]}; there are {', '.join(GROUPS)}."
        )
    if "database_url" in settings.stored and not has_backup_of_server:
        raise UpgradeRefused(
            "The warehouse is on a server of its own, which `rasure backup` does not "
            "reach. Have its operator back it up, and then run `rasure upgrade "
            "--server-is-backed-up`."
        )
    destination(settings, directory)
    _check_nothing_works(say)
    services.down(say)
    try:
        backup = take(say, progress, directory)
    except RasureError:
        say("nothing was changed; `rasure up` starts the services again")
        raise
    try:
        _change(groups or tuple(GROUPS), say)
    except (RasureError, psycopg.Error) as error:
        raise UpgradeFailed(
            f"The upgrade stopped after its backup was taken. {error}\nMend it and run "
            f"`rasure upgrade` again, or go back. {way_back(settings, backup)}"
        ) from error
    say(f"The home is at {release()}. {way_back(settings, backup)}")
    return backup


def way_back(settings: Settings, backup: Backup) -> str:
    """How to return to the state before an upgrade."""
    return (
        f"The way back: `rasure down`, move {settings.home} away, `rasure restore "
        f"{backup.folder} --to {settings.home} --key FILE`, then check out the release "
        "before, and run scripts/install and `rasure up`."
    )


def _check_nothing_works(say: Say) -> None:
    """Raise `UpgradeRefused` if a session works on the warehouse, or its schema is of a
    newer release; a warehouse that is down has no sessions."""
    try:
        connection = connect("rasure upgrade", autocommit=True)
    except SetupError:
        return
    with connection:
        missing = schema.missing(connection)
        say(f"{len(missing)} migrations to run")
        working = work_in_progress(connection)
    if working:
        raise UpgradeRefused(
            f"`{working}` is at work on the warehouse. Nothing was changed. Let it "
            "end, pause the DAGs, and run `rasure upgrade` again."
        )


def work_in_progress(connection: psycopg.Connection) -> str | None:
    """The name of a command or a run that works on the warehouse; None if none does."""
    working = connection.execute(AT_WORK).fetchone()
    if working:
        return working[0]
    if _has_runs(connection) and runs.is_working(connection):
        return runs.newest(connection).name
    return None


def _has_runs(connection: psycopg.Connection) -> bool:
    row = connection.execute("select to_regclass('ops.transform_runs')").fetchone()
    return row != (None,)


def _change(groups: tuple[str, ...], say: Say) -> None:
    """Migrate, transform, publish, start the services.

    Airflow comes last: as soon as it runs, its DAGs designate and publish too, and two
    publications would write the same charts at once.
    """
    services.up(("postgres",), say)
    with connect("rasure upgrade", autocommit=True) as connection:
        schema.ensure(connection)
        (landed,) = connection.execute(
            "select exists (select from ops.deliveries where state = 'landed')"
        ).fetchone()
    if landed:
        pipeline.run(say=say, name="rasure upgrade")
    else:
        say("nothing has landed yet, so nothing is transformed")
    if "superset" in groups and landed:
        services.up(("superset",), say)
        superset.synchronise(warm=True)
    services.up(groups, say)
