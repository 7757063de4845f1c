"""`rasure land` and `rasure deliveries`."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.command("land")(land_command)
    app.command("deliveries")(deliveries_command)


def land_command(
    source: Annotated[str, typer.Argument(help="The source, for instance police_uk.")],
    path: Annotated[Path, typer.Argument(help="A ZIP archive, a folder or a file.")],
    json: AsJson = False,
) -> None:
    """Land a delivery: checked, then copied whole or not at all.

    The same delivery twice changes nothing.
    """
    if path == Path():
        raise typer.BadParameter("name the delivery's file or folder")
    from rasure.landing import land
    from rasure.landing.progress import progress_bar

    with progress_bar(quiet=json) as progress:
        landed = land(source, path, progress)
    if json:
        print(json_module.dumps(landed.__dict__))
        return
    counts = (
        f"{landed.rows_read:,} rows read, {landed.rows_landed:,} landed, "
        f"{landed.rows_quarantined:,} quarantined"
    )
    if landed.state == "known":
        print(
            f"{path.name}: nothing changed. The same content was landed before, as "
            f"load {landed.load_id} ({counts})."
        )
    else:
        print(
            f"{path.name}: landed as load {landed.load_id} in {landed.seconds:.1f} s. "
            f"{counts}. `rasure transform` takes it to the marts."
        )


def deliveries_command(
    json: AsJson = False,
    faults: Annotated[
        bool, typer.Option(help="List the file rules that failed instead.")
    ] = False,
    last: Annotated[
        int, typer.Option(help="How many, newest first.", min=1, max=1_000_000)
    ] = 100,
) -> None:
    """List the deliveries that were offered: what came, when, and what became of it."""
    from rasure.landing.listing import DELIVERIES, FAULTS, rows, table

    query = FAULTS if faults else DELIVERIES
    found = rows(query, last)
    if json:
        print(json_module.dumps(found, default=str))
    else:
        table(found, "Failed file rules" if faults else "Deliveries")
