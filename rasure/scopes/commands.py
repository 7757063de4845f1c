"""`rasure scopes`: compare a scope with the force's published figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

scopes = typer.Typer(
    no_args_is_help=True, help="Scopes: what counts, beside the published figures."
)


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(scopes, name="scopes")


@scopes.callback()
def group() -> None:
    """Keep `reconcile` a sub-command, although there is only one."""


@scopes.command("reconcile")
def reconcile_command(
    file: Annotated[
        Path,
        typer.Argument(help="Recorded crime by force, quarter and offence, as CSV."),
    ],
    scope: Annotated[
        str, typer.Option(help="The scope to compare, as in the seed `crime_scopes`.")
    ] = "knife-enabled",
    force: Annotated[
        str | None, typer.Option(help="The force, if the file has several of ours.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare the crimes of a scope, offence by offence, with published figures.

    The file is recorded crime as the Home Office publishes it, with the columns FY,
    Financial Quarter, Force, Offence Code and n.
    """
    from rich.console import Console

    from rasure.database import connect
    from rasure.scopes import published, report
    from rasure.scopes.reconciling import reconcile

    counts = published.read(file)
    with connect("rasure scopes reconcile", autocommit=True) as connection:
        reconciliation = reconcile(connection, counts, scope, force)
    if as_json:
        typer.echo(report.as_json(reconciliation))
    else:
        report.show(reconciliation, Console())
