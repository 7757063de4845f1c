"""`rasure times`: simulate the bands of the hot times."""

from __future__ import annotations

from typing import Annotated

import typer

times = typer.Typer(no_args_is_help=True, help="Hot times: the bands of the hours.")


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(times, name="times")


@times.callback()
def group() -> None:
    """Keep `bands` a sub-command, although there is only one."""


@times.command("bands")
def bands_command(
    draws: Annotated[int, typer.Option(min=100, help="Draws of an hour per event.")] = (
        500
    ),
    seed: Annotated[
        int, typer.Option(min=0, help="The same seed, the same bands.")
    ] = 1,
) -> None:
    """Draw the 95% band of each hour, and the share of the fullest hours by chance."""
    from rasure.database import connect
    from rasure.times.store import refresh

    with connect("rasure times bands") as connection:
        rows = refresh(connection, draws, seed)
    typer.echo(
        f"{rows['bands']} bands and {rows['uniform_shares']} shares by chance, from "
        f"{draws} draws. `rasure transform --step marts` shows them."
    )
