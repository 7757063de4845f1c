"""`rasure transform`: build the warehouse with dbt."""

from __future__ import annotations

import re
from typing import Annotated

import typer

# dbt says START and OK for each node; the end of a node is news, its start is not.
PROGRESS = re.compile(r"^\d+ of \d+ (?!START)")
STEPS = ("staging", "link", "places", "people", "marts")  # of the pipeline
OWN = (
    *("Another run", "building", "not understood: "),
    *(f"{name}: " for name in STEPS),
)

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
    step: Annotated[
        list[str] | None,
        typer.Option(help=f"Only this step: {', '.join(STEPS)}; may be repeated."),
    ] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build every table from nothing.")
    ] = False,
    unit_tests: Annotated[
        bool, typer.Option("--unit-tests", help="Run dbt's unit tests too.")
    ] = False,
) -> None:
    """Build what has landed, each model with its tests, and publish the marts."""
    if context.invoked_subcommand is not None:
        return
    from rasure.transform import pipeline

    def show(line: str) -> None:
        if PROGRESS.match(line) or line.startswith(OWN):
            typer.echo(line)

    pipeline.run(
        step or pipeline.WHOLE,
        full_refresh=full_refresh,
        unit_tests=unit_tests,
        say=show,
    )


@transform_app.command()
def docs() -> None:
    """Write the documentation of every model and column as one page."""
    from rasure.settings import Settings
    from rasure.transform import dbt
    from rasure.transform.errors import DbtUnusable

    settings = Settings.load()
    answer = dbt.call(settings, ["docs", "generate", "--static"], step="docs")
    if answer.code != 0:
        raise DbtUnusable(f"dbt could not write the documentation:\n{answer.error}")
    typer.echo(f"Written: {dbt.target_path(settings, 'docs') / 'static_index.html'}")
