"""`rasure demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `rasure demo` to the command line."""
    app.command()(demo)


def demo(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A ZIP, folder or CSV of data.police.uk; else a simulated force."
        ),
    ] = None,
    police_uk: Annotated[
        bool, typer.Option("--police-uk", help="Three real months, as shipped.")
    ] = False,
    years: Annotated[
        int, typer.Option(min=1, max=20, help="Years of the simulated force.")
    ] = 6,
    crimes_per_year: Annotated[
        int | None, typer.Option(help="A smaller simulated force, 1,000 or more.")
    ] = None,
    make: Annotated[
        bool, typer.Option("--make", help="Only make the delivery, start nothing.")
    ] = False,
    hand_over: Annotated[
        bool, typer.Option("--hand-over", help="Only hand it to a running Airflow.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Only follow what was handed over.")
    ] = False,
) -> None:
    """Start everything, take a delivery through to the dashboard, say where to look."""
    from rasure.instruments.demo import steps
    from rasure.instruments.demo.summary import summary
    from rasure.runtime.commands import timed_printer
    from rasure.runtime.up import up as bring_up

    say = timed_printer()
    delivery = steps.DemoDelivery(path, police_uk, years, crimes_per_year)
    if make:
        delivery.make(say)
        return
    bring_up(("postgres", "airflow") if hand_over else (), say)
    if not follow:
        steps.hand_over(delivery, say)
    if not hand_over:
        steps.follow(say)
        print(summary())
