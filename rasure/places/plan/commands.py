"""`rasure places plan`: print the plan of a place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rasure.places.options import OneForce, Window


def register(places: typer.Typer) -> None:
    """Add the command to `rasure places`."""
    places.command("plan")(plan_command)


def plan_command(
    force: OneForce,
    place: Annotated[
        str, typer.Argument(help="Its number on the pages, or a hexagon's id.")
    ],
    window: Window = "all",
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write (default: named by force and rank)."),
    ] = None,
) -> None:
    """Print the plan of a designated place: one page of A4 as PDF, no person in it."""
    from rasure.database import connect
    from rasure.places.plan.facts import read_plan
    from rasure.places.plan.page import as_html
    from rasure.places.plan.printing import as_pdf

    with connect("rasure places plan", autocommit=True) as connection:
        plan = read_plan(connection, force, place, window)
    file = out or Path(f"plan-{force}-{window}-{plan.rank:03}.pdf")
    file.write_bytes(as_pdf(as_html(plan)))
    print(f"{file}: {plan.place_name}, number {plan.rank} of {plan.ranked}.")
