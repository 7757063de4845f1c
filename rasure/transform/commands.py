"""`rasure transform`: build the warehouse with dbt."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from rasure.transform import LAYERS
from rasure.transform.steps import NAMES

# dbt says START and OK for each node; the end of a node is news, its start is not.
PROGRESS = re.compile(r"^\S+\s+(\d+ of \d+ (?!START).*|.*waiting.*)$")

OWN = ("Another transform", "building", *(f"{name}: " for name in {*NAMES, *LAYERS}))

transform_app = typer.Typer(
    invoke_without_command=True,
    help="Build staging, core and marts with dbt.",
)


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(transform_app, name="transform")


@transform_app.callback()
def transform(
    context: typer.Context,
    layer: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(LAYERS)}; may be repeated."),
    ] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build facts from nothing.")
    ] = False,
    unit_tests: Annotated[
        bool, typer.Option("--unit-tests", help="Run dbt's unit tests too.")
    ] = False,
) -> None:
    """Build the layers named, or all, each with its tests."""
    if context.invoked_subcommand is not None:
        return
    from rasure.transform import WHOLE, run_layers

    def show(line: str) -> None:
        found = PROGRESS.match(line)
        if found:
            typer.echo(found[1])
        elif line.startswith(OWN):
            typer.echo(line)

    run_layers(tuple(layer or WHOLE), full_refresh, say=show, unit_tests=unit_tests)


@transform_app.command()
def docs() -> None:
    """Write the documentation of every model and column as one page."""
    from rasure.settings import Settings
    from rasure.transform import dbt
    from rasure.transform.errors import DbtUnusable

    settings = Settings.load()
    arguments = ["docs", "generate", "--static"]
    code, tail = dbt.call(settings, arguments, lambda line: None)
    if code != 0:
        raise DbtUnusable(f"dbt could not write the documentation:\n{tail.strip()}")
    typer.echo(f"Written: {dbt.target_path(settings) / 'static_index.html'}")
