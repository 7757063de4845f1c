"""The options that commands of places share."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Coverage = Annotated[
    float | None,
    typer.Option(help="Share of the force area to fill, in percent (default 0.13)."),
]
OneForce = Annotated[str, typer.Argument(help="The force, for instance thames-valley.")]


def checked_window(value: str | None) -> str | None:
    """`value` when it is a patrol window; a usage error otherwise."""
    from rasure.places.events import WINDOWS

    if value is not None and value not in WINDOWS:
        raise typer.BadParameter(f"a window is one of {', '.join(WINDOWS)}")
    return value


Window = Annotated[
    str,
    typer.Option(
        callback=checked_window, help="Crimes of all hours, of the day or of the night."
    ),
]
MaybeWindow = Annotated[
    str | None,
    typer.Option(
        "--window",
        callback=checked_window,
        help="all, day or night; without it, every one that the data knows.",
    ),
]


def console():
    """Where tables are printed."""
    from rich.console import Console

    return Console()
