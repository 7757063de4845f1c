"""`rasure truth report`: compare the warehouse with the truth of a simulated force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

truth = typer.Typer(
    no_args_is_help=True, help="The warehouse against a simulated force's truth."
)


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(truth, name="truth")


@truth.command("report")
def report_command(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            help="The truth that `rasure simulate` wrote; by default that of the home, "
            "RASURE_HOME/simulate/truth.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare the warehouse with the truth of its simulated force.

    Prints counts and ratios, nothing of a person or a place. Progress goes to stderr.
    """
    import json

    from rich.console import Console

    from rasure.database import connect
    from rasure.instruments.truth import planted, report
    from rasure.settings import Settings

    planted_truth = planted.read(folder or Settings.load().home / "simulate" / "truth")
    with connect("rasure truth report", autocommit=True) as connection:
        figures = report.gather(connection, planted_truth, _say)
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
    else:
        report.show(figures, Console())


def _say(text: str) -> None:
    typer.echo(f"  {text}", err=True)
