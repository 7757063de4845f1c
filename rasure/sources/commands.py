"""`rasure download`: fetch the files of a source from their publisher."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.command("download")(download_command)


def download_command(
    source: Annotated[str, typer.Argument(help="The source: police_uk")],
    force: Annotated[str, typer.Option(help="The publisher's name: thames-valley")],
    first: Annotated[str, typer.Option("--from", help="First month: 2024-01")],
    last: Annotated[str, typer.Option("--to", help="Last month: 2024-03")],
    kinds: Annotated[
        str, typer.Option(help="Which files")
    ] = "street,outcomes,stop-and-search",
    to_folder: Annotated[
        Path | None, typer.Option(help="The folder; by default one in the home")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Another address of the archives")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar")] = False,
) -> None:
    """Download a force's files; run it again to continue after an interruption."""
    import sys

    from rasure import sources
    from rasure.progress import progress_bar
    from rasure.sources.police_uk import download as publisher

    sources.get(source)
    with progress_bar(quiet=quiet or not sys.stderr.isatty()) as progress:
        downloaded = publisher.download(
            force,
            first,
            last,
            kinds=tuple(kind.strip() for kind in kinds.split(",")),
            folder=to_folder,
            base_url=base_url or publisher.BASE_URL,
            progress=progress,
        )
    for path in downloaded.missing:
        typer.echo(f"The publisher has no {path}.", err=True)
    what = "Already there" if downloaded.was_there else "Downloaded"
    typer.echo(
        f"{what}: {len(downloaded.files)} files with {downloaded.rows:,} rows in "
        f"{downloaded.folder}. Land them with: rasure land {source} "
        f"{downloaded.folder}"
    )
