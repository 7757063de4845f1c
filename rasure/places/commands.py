"""`rasure places`: designate the hot places of a force, evaluate how well they hold."""

from __future__ import annotations

from typing import Annotated

import typer

from rasure.places import institution_commands, review_commands
from rasure.places.options import AsJson, Coverage, MaybeWindow, Window, console
from rasure.places.plan import commands as plan_commands
from rasure.places.stability_commands import stability_command
from rasure.places.zones import commands as zone_commands

places = typer.Typer(
    no_args_is_help=True, help="Hot places: designate, review and evaluate."
)
review_commands.register(places)
institution_commands.register(places)
plan_commands.register(places)
zone_commands.register(places)
places.command("stability")(stability_command)


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(places, name="places")


@places.command("designate")
def designate_command(
    force: Annotated[
        str | None, typer.Argument(help="A force; without it every one with crimes.")
    ] = None,
    coverage: Coverage = None,
    window: MaybeWindow = None,
    publish: Annotated[
        bool, typer.Option(help="Make it the version in force, if it is a new one.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Designate the hexagons that fill the share of the force area that is set."""
    from rasure.database import connect
    from rasure.places import report
    from rasure.places.definition import Definition
    from rasure.places.designation import designate
    from rasure.places.errors import LAND_FIRST, NoPlaces
    from rasure.places.events import history
    from rasure.places.ranking import forces_with_crimes

    definition = Definition.load(coverage_percent=coverage)
    with connect("rasure places designate", autocommit=True) as connection:
        forces = [force] if force else forces_with_crimes(connection)
        if not forces:
            raise NoPlaces(
                "The warehouse has no crimes of a force whose geography is built. "
                + LAND_FIRST
            )
        found = [
            designate(connection, name, publish, definition, one)
            for name in forces
            for one in ([window] if window else history(connection, name).windows)
        ]
    if as_json:
        print(report.as_json([report.designation_row(one) for one in found]))
        return
    terminal = console()
    for designation in found:
        report.show_designation(designation, terminal, most=20)
        if publish:
            terminal.print(
                "Published."
                if designation.is_new
                else "Nothing published: this version is in force already."
            )


@places.command("evaluate")
def evaluate_command(
    train: Annotated[str, typer.Option(help="Months to choose on: 2024-01:2025-03.")],
    test: Annotated[str, typer.Option(help="Later months to score on.")],
    force: Annotated[
        str | None,
        typer.Option(help="Needed when several forces have data."),
    ] = None,
    coverage: Coverage = None,
    window: Window = "all",
    draws: Annotated[
        int, typer.Option(min=10, help="Bootstrap samples; at most 500 for the nulls.")
    ] = 1000,
    seed: Annotated[
        int, typer.Option(min=0, help="The same seed, the same figures.")
    ] = 1,
    shuffled: Annotated[
        bool,
        typer.Option("--shuffled", help="Throw all crimes at random places first."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score the designation on months it has not seen, beside the usual methods."""
    from rasure.database import connect
    from rasure.places import evaluation_store, reading, report
    from rasure.places.definition import Definition
    from rasure.places.evaluate import evaluate
    from rasure.places.windows import Window

    train_window, test_window = Window.parse(train), Window.parse(test)
    definition = Definition.load(coverage_percent=coverage)
    with connect("rasure places evaluate", autocommit=True) as connection:
        name = reading.the_force(connection, force, train_window, test_window)
        grid = reading.read_grid(connection, name)
        events = reading.read_events(connection, grid, window, definition)
        evaluation = evaluate(
            grid,
            events,
            train_window,
            test_window,
            definition,
            draws,
            seed,
            shuffled,
            window,
        )
        evaluation_store.keep(connection, evaluation)
    if as_json:
        print(report.as_json(evaluation.rows))
    else:
        report.show_evaluation(evaluation, console())
