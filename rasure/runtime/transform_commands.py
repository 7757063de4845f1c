"""`rasure transform`: build the warehouse with dbt, and let the pages show it."""

from __future__ import annotations

from typing import Annotated

import typer

STEPS = ("staging", "link", "places", "people", "marts")  # of the pipeline

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
    from rasure.runtime.superset import drop_cached_answers
    from rasure.transform import pipeline

    steps = step or pipeline.WHOLE
    pipeline.run(
        steps,
        full_refresh=full_refresh,
        unit_tests=unit_tests,
        say=typer.echo,
    )
    if "marts" in steps:
        drop_cached_answers()


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
