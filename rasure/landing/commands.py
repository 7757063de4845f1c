"""`rasure land`, `rasure deliveries` and `rasure pull`."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

LISTED = 40  # files that the closing lines name

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.command("land")(land_command)
    app.command("deliveries")(deliveries_command)
    app.command("pull")(pull_command)


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
    from rasure.progress import progress_bar

    with progress_bar(quiet=json) as progress:
        landed = land(source, path, progress)
    if json:
        print(json_module.dumps(landed.__dict__))
        return
    counts = _counts(landed)
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
    for line in _set_aside(landed):
        print(line)


def _counts(landed) -> str:
    """What became of the rows of a delivery."""
    counts = (
        f"{landed.rows_read:,} rows read, {landed.rows_landed:,} landed, "
        f"{landed.rows_quarantined:,} quarantined"
    )
    if landed.fields_emptied:
        counts += f", {landed.fields_emptied:,} fields emptied"
    return counts


def _set_aside(landed) -> Iterator[str]:
    """The lines on files that were set aside, and on months without a row."""
    files = landed.files_set_aside
    if files:
        one = "1 file was" if len(files) == 1 else f"{len(files):,} files were"
        yield f"{one} set aside; the other files landed."
        yield from (f"  {line}" for line in files[:LISTED])
        if len(files) > LISTED:
            yield f"  and {len(files) - LISTED:,} more, in ops.files_set_aside."
    for file in landed.empty_files[:LISTED]:
        yield (
            f"  {file}: a month without a row. It counts as zero, unless `rasure "
            "transform` says that it is no month of the force."
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
    from rasure.landing.listing import DELIVERIES, FAULTS, query_rows, table

    query = FAULTS if faults else DELIVERIES
    listed = query_rows(query, last)
    if json:
        print(json_module.dumps(listed, default=str))
    else:
        table(listed, "Failed file rules" if faults else "Deliveries")


def pull_command(
    source: Annotated[str, typer.Argument(help="The source: niche_rms")],
    url: Annotated[
        str,
        typer.Option(
            envvar="RASURE_REPLICA_URL",
            help="The replica, as an SQLAlchemy URL; rather in RASURE_REPLICA_URL",
        ),
    ],
    force: Annotated[str, typer.Option(help="Whose mapping: thames-valley")],
    full: Annotated[
        bool, typer.Option("--full", help="Everything, not only what has changed")
    ] = False,
    schema: Annotated[
        str | None, typer.Option(help="The schema that the tables are in")
    ] = None,
    overlap_minutes: Annotated[
        int, typer.Option(help="How late a change may be committed", min=0)
    ] = 30,
) -> None:
    """Pull what has changed in a reporting replica since the last pull, and land it."""
    from datetime import timedelta

    from rasure.landing import land
    from rasure.sources.niche_rms.pull import pull

    if source != "niche_rms":
        raise typer.BadParameter(f"'{source}' is not pulled; niche_rms is")
    landed = pull(
        url,
        force,
        land,
        full=full,
        overlap=timedelta(minutes=overlap_minutes),
        schema=schema,
    )
    typer.echo(
        f"{landed.delivery}: landed as load {landed.load_id}. {_counts(landed)}."
    )
