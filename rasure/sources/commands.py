"""`rasure download` and `rasure pull`: fetch a source from where it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.command("download")(download_command)
    app.command("pull")(pull_command)


def download_command(
    source: Annotated[str, typer.Argument(help="The source: police_uk")],
    force: Annotated[str, typer.Option(help="The publisher's name: thames-valley")],
    first: Annotated[str, typer.Option("--from", help="First month: 2024-01")],
    last: Annotated[str, typer.Option("--to", help="Last month: 2024-03")],
    kinds: Annotated[
        str, typer.Option(help="Which files")
    ] = "street,outcomes,stop-and-search",
    to_folder: Annotated[
        Path | None, typer.Option(help="Where to; a folder in the home by default")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Another place that keeps the archives")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar")] = False,
) -> None:
    """Download a force's files; run it again to go on where it was broken off."""
    import sys

    from rasure import sources
    from rasure.landing.progress import progress_bar
    from rasure.sources.police_uk import download as publisher

    sources.get(source)
    with progress_bar(quiet=quiet or not sys.stderr.isatty()) as progress:
        done = publisher.download(
            force,
            first,
            last,
            kinds=tuple(kind.strip() for kind in kinds.split(",")),
            folder=to_folder,
            base_url=base_url or publisher.BASE_URL,
            progress=progress,
        )
    for path in done.missing:
        typer.echo(f"The publisher has no {path}.", err=True)
    what = "Already there" if done.was_there else "Downloaded"
    typer.echo(
        f"{what}: {len(done.files)} files with {done.rows:,} rows in {done.folder}. "
        f"Land them with: rasure land {source} {done.folder}"
    )


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

    from rasure.sources.niche_rms.pull import pull

    if source != "niche_rms":
        raise typer.BadParameter(f"'{source}' is not pulled; niche_rms is")
    landed = pull(
        url,
        force,
        full=full,
        overlap=timedelta(minutes=overlap_minutes),
        schema=schema,
    )
    typer.echo(
        f"{landed.delivery}: landed as load {landed.load_id}. "
        f"{landed.rows_read:,} rows read, {landed.rows_landed:,} landed, "
        f"{landed.rows_quarantined:,} quarantined."
    )
