"""`rasure backup`, `restore`, `upgrade`, `metrics`, `retention`, `secrets rotate`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rasure.runtime.secret_commands import secrets

BackupFolder = Annotated[
    Path, typer.Argument(help="The folder of one backup, as `backup list` names it.")
]
KeyFile = Annotated[Path, typer.Option("--key", help="The file with the secret key.")]
Until = Annotated[
    str | None,
    typer.Option(help="A later time, for instance 2026-03-01T14:30Z (UTC if bare)."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    backup_app = typer.Typer(
        help="Back up this home, encrypted to a key; list and verify backups."
    )
    backup_app.callback(invoke_without_command=True)(backup_command)
    backup_app.command("key")(key_command)
    backup_app.command("configure")(configure_command)
    backup_app.command("list")(list_command)
    backup_app.command("verify")(verify_command)
    backup_app.command("log", hidden=True)(log_command)
    app.add_typer(backup_app, name="backup")
    secrets.command("rotate")(rotate_command)
    app.command("restore")(restore_command)
    app.command("upgrade")(upgrade_command)
    app.command("metrics")(metrics_command)
    app.command("retention")(retention_command)


def backup_command(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(help="The folder of the backups (default: settings).")
    ] = None,
) -> None:
    """Back up the databases, passwords, keys and settings of this home."""
    if context.invoked_subcommand is not None:
        return
    from rasure.operations.taking import take
    from rasure.progress import progress_bar

    with progress_bar(quiet=False) as progress:
        take(typer.echo, progress, to)


def key_command(
    out: Annotated[Path, typer.Option(help="The file for the secret key.")],
) -> None:
    """Make the pair of keys to which the backups of this home are encrypted."""
    from rasure.operations.configuring import new_key

    typer.echo(new_key(out))


def configure_command(
    to: Annotated[Path | None, typer.Option(help="The folder of the backups.")] = None,
    keep: Annotated[int | None, typer.Option(min=1, help="How many stay.")] = None,
    online: Annotated[
        bool | None,
        typer.Option("--online/--offline", help="Backups while the services run."),
    ] = None,
    point_in_time: Annotated[
        bool | None,
        typer.Option(
            "--point-in-time/--no-point-in-time",
            help="Keep the log, so that any minute can be restored.",
        ),
    ] = None,
) -> None:
    """Set how this home is backed up, in its settings.toml."""
    from rasure.operations.configuring import configure

    typer.echo(configure(to, keep, online, point_in_time))


def list_command(
    to: Annotated[
        Path | None, typer.Option(help="The folder of the backups (default: settings).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the backups, the newest last, with the last minute that can be restored."""
    from rasure.operations import catalogue
    from rasure.operations.configuring import folder_of_backups

    known = [
        {
            "folder": str(backup.folder),
            "from": backup.ended_at.isoformat(timespec="seconds"),
            "mib": round(backup.bytes / 2**20),
            "release": backup.release,
            "verified_at": catalogue.verified_at(backup),
        }
        for backup in catalogue.backups(folder_of_backups(to))
    ]
    if as_json:
        typer.echo(json.dumps(known, indent=2, default=str))
        return
    for one in known:
        verified = one["verified_at"]
        typer.echo(
            f"{one['folder']}  {one['mib']:,} MiB  of {one['from']}  "
            + (f"verified {verified:%Y-%m-%d}" if verified else "never verified")
        )
    if not known:
        typer.echo("There is no backup.")


def verify_command(
    backup: BackupFolder,
    key: KeyFile,
    until: Until = None,
    scratch: Annotated[
        Path | None, typer.Option(help="Where to restore it meanwhile.")
    ] = None,
) -> None:
    """Restore a backup into a folder that is removed again, and read every row."""
    from rasure.operations.verifying import verify

    counts = verify(backup, key, typer.echo, _time(until), scratch)
    for count in counts:
        typer.echo(f"{count.database}: {count.tables:,} tables, {count.rows:,} rows")
    typer.echo("The backup is whole.")


def log_command() -> None:
    """Keep the log of the database (the service `backup-log`)."""
    import time

    from rasure.errors import RasureError
    from rasure.operations.archiving import archive

    try:
        archive(lambda line: print(line, flush=True))
    except RasureError:
        time.sleep(5)  # the process manager starts it again at once
        raise


def restore_command(
    backup: BackupFolder,
    to: Annotated[Path, typer.Option(help="The new home; empty or absent.")],
    key: KeyFile,
    until: Until = None,
) -> None:
    """Restore a backup into a new home, as it was at its end or at a later time."""
    from rasure.operations.restoring import restore

    restored = restore(backup, to, key, typer.echo, _time(until))
    home = restored.settings.home
    newest = restored.newest_landing
    if newest:
        typer.echo(
            "Its newest delivery landed at "
            f"{newest.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC; offer those that came "
            "later again."
        )
    typer.echo(
        f"Restored to {home}. Start it with RASURE_HOME={home} .venv/bin/rasure up. "
        "Then set where it is backed up to: `rasure backup configure --to DIR`."
    )


def upgrade_command(
    services: Annotated[
        list[str] | None,
        typer.Argument(help="What to start: postgres, airflow, superset (all)."),
    ] = None,
    backup_to: Annotated[
        Path | None, typer.Option(help="The folder of the backups (default: settings).")
    ] = None,
    server_is_backed_up: Annotated[
        bool,
        typer.Option(
            "--server-is-backed-up",
            help="The warehouse's own server was backed up by its operator.",
        ),
    ] = False,
) -> None:
    """Bring this home to the release that is checked out, after a backup."""
    from rasure.operations.upgrading import upgrade
    from rasure.progress import progress_bar
    from rasure.runtime.commands import timed_printer

    with progress_bar(quiet=False) as progress:
        upgrade(
            tuple(services or ()),
            timed_printer(),
            progress,
            backup_to,
            has_backup_of_server=server_is_backed_up,
        )


def metrics_command(
    port: Annotated[
        int | None, typer.Option(help="Serve the page here, on 127.0.0.1 only.")
    ] = None,
) -> None:
    """Print the figures of this home for Prometheus, or serve them."""
    from rasure.operations import metrics

    if port is None:
        typer.echo(metrics.page().decode(), nl=False)
        return
    try:
        metrics.serve(port)
    except OSError as error:
        from rasure.errors import SetupError

        raise SetupError(
            f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}). Choose "
            "another, in [metrics] of settings.toml for the service `metrics`."
        ) from error


def retention_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Remove what is older than [retention] of settings.toml says, as each night."""
    from dataclasses import asdict

    from rasure import schema
    from rasure.database import connect
    from rasure.operations import retention
    from rasure.settings import Settings

    settings = Settings.load()
    limits = retention.limits(settings)
    with connect("rasure retention", autocommit=True) as connection:
        schema.ensure(connection)
        removed = retention.remove_old(connection, limits, settings.logs)
    if as_json:
        typer.echo(json.dumps(asdict(removed)))
    else:
        retention.say_removed(removed, typer.echo)


def _time(text: str | None) -> datetime | None:
    """A time from the command line, in UTC if it names no zone."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text} is no time; write it as 2026-03-01T14:30Z"
        ) from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def rotate_command(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME…",
            help="airflow_fernet_key, superset_secret_key, postgres_rasure …, or all.",
        ),
    ],
) -> None:
    """Replace passwords and keys of this home by new ones; it restarts the services."""
    from rasure.operations.rotating import rotate
    from rasure.runtime.commands import timed_printer

    rotate(names, timed_printer())
