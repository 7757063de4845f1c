"""Let what is published by hand reach the pages, as it does by the DAG `designate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rasure.places import publication

if TYPE_CHECKING:
    import psycopg


def register(app: typer.Typer) -> None:
    """Follow the publications of `rasure places`; there is no command of its own."""
    del app
    publication.followers[:] = [show_publication]


def show_publication(connection: psycopg.Connection, is_whole: bool) -> None:
    """Build the marts with what was published. A whole designation is recorded, so that
    the DAG does not repeat it."""
    from rasure.runtime import backlog
    from rasure.runtime.designating import designation_sources, show_designation
    from rasure.transform import state

    if not backlog.has_marts(connection):
        typer.echo("`rasure transform` builds the marts that show it.", err=True)
        return
    if is_whole:
        sources = designation_sources(connection)
        state.keep_built_from(connection, state.DESIGNATION, sources)
    show_designation(say=lambda line: typer.echo(line, err=True))
