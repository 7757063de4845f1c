"""`rasure up`, `rasure down`, `rasure status`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the private home to the command line."""
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command()(demo)


def _teller():
    began = time.monotonic()

    def tell(sentence: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {sentence}", file=sys.stderr)

    return tell


def up(
    services: Annotated[
        list[str] | None,
        typer.Argument(help="postgres, airflow, superset; all when none is named."),
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[
        bool, typer.Option(help="Leave out the table at the end.")
    ] = False,
) -> None:
    """Start the database, Airflow and Superset of this home, and wait for them."""
    from rasure.runtime.up import up as bring_up

    bring_up(tuple(services or ()), _teller())
    if not quiet:
        status(as_json)


def down() -> None:
    """Stop everything that runs in this home, in order."""
    from rasure.runtime.up import down as take_down

    take_down(_teller())


def status(as_json: AsJson = False) -> None:
    """Show what runs, where it listens, and how old the data are."""
    from rasure.runtime.status import status as read_status

    found = read_status()
    if as_json:
        print(json.dumps(found, indent=2, default=str))
        return
    print(f"home       {found['home']}")
    for service in found["services"]:
        where = service["url"] or ""
        print(f"{service['state']:<10} {service['name']:<22} {where}")
    print(f"warehouse  {'answers' if found['warehouse'] else 'does not answer'}")
    for force, day in found["data_as_at"].items():
        print(f"data as at {day:%d %B %Y}, {force}")


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
    """Start everything, bring a delivery through the whole line, say where to look."""
    from rasure.runtime import demo as parts
    from rasure.runtime.demo_summary import summary
    from rasure.runtime.up import up as bring_up

    tell = _teller()
    asked = parts.Asked(path, police_uk, years, crimes_per_year)
    if make:
        asked.make(tell)
        return
    bring_up(("postgres", "airflow") if hand_over else (), tell)
    if not follow:
        parts.hand_over(asked, tell)
    if not hand_over:
        parts.follow(tell)
        print(summary())
