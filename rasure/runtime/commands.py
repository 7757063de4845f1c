"""`rasure up`, `rasure down`, `rasure status`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the private home to the command line."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def timed_printer() -> Callable[[str], None]:
    """Return a function that prints a sentence and the seconds since this call."""
    began = time.monotonic()

    def say(sentence: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {sentence}", file=sys.stderr)

    return say


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

    bring_up(tuple(services or ()), timed_printer())
    if not quiet:
        status(as_json)


def down() -> None:
    """Stop everything that runs in this home, in order."""
    from rasure.runtime.up import down as take_down

    take_down(timed_printer())


def status(as_json: AsJson = False) -> None:
    """Show what runs, where it listens, and how old the data are."""
    from rasure.runtime.status import status as read_status

    current = read_status()
    if as_json:
        print(json.dumps(current, indent=2, default=str))
        return
    print(f"home       {current['home']}")
    for service in current["services"]:
        where = service["url"] or ""
        print(f"{service['state']:<10} {service['name']:<22} {where}")
    print(f"warehouse  {'answers' if current['warehouse'] else 'does not answer'}")
    for force, day in current["data_as_at"].items():
        print(f"data as at {day:%d %B %Y}, {force}")
    if current["is_working"]:
        print("line       a run works on the models")
    for part in current["overdue"]:
        print(f"BEHIND     {part['part']}: {part['sentence']}")
