"""`rasure places`: designate the hot places of a force, evaluate how well they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rasure.places import institution_commands, review_commands, zone_commands
from rasure.places.options import (
    AsJson,
    Coverage,
    MaybeWindow,
    OneForce,
    Window,
    console,
)

places = typer.Typer(
    no_args_is_help=True, help="Hot places: designate, review and evaluate."
)
review_commands.register(places)
institution_commands.register(places)
zone_commands.register(places)


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
    from rasure import runs
    from rasure.database import connect
    from rasure.places import publication, report
    from rasure.places.definition import Definition
    from rasure.places.designation import designate_all, designate_each
    from rasure.places.errors import LAND_FIRST, NoPlaces
    from rasure.places.events import forces_with_crimes

    definition = Definition.load(coverage_percent=coverage)
    with connect("rasure places designate", autocommit=True) as connection:
        forces = [force] if force else forces_with_crimes(connection)
        if not forces:
            raise NoPlaces(
                "The warehouse has no crimes of a force whose geography is built. "
                + LAND_FIRST
            )
        is_whole = publish and not (force or window)
        with runs.exclusive(connection, "designate"):
            if is_whole:
                designations = designate_all(connection, definition)
            else:
                designations = designate_each(
                    connection, definition, forces, window, publish=publish
                )
        if publish:
            publication.published(connection, is_whole and coverage is None)
    if as_json:
        print(report.as_json([report.designation_row(one) for one in designations]))
        return
    terminal = console()
    for designation in designations:
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
    jitter: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1000.0,
            help="Move each crime at random within so many metres first.",
        ),
    ] = 0.0,
    crime_types: Annotated[
        str | None,
        typer.Option(
            help="all, robbery, violence or names of crime types, parted by commas "
            "(default: the crimes that rank a place)."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score the ways to choose places on months that they have not seen."""
    from rasure.database import connect
    from rasure.places import report
    from rasure.places.choosing import published_method
    from rasure.places.definition import Definition
    from rasure.places.evaluation import evaluate, store_evaluation
    from rasure.places.events import (
        crime_types_named,
        read_events,
        read_grid,
        the_force,
    )
    from rasure.places.windows import Window
    from rasure.progress import say_progress

    train_window, test_window = Window.parse(train), Window.parse(test)
    definition = Definition.load(coverage_percent=coverage)
    with connect("rasure places evaluate", autocommit=True) as connection:
        name = the_force(connection, force, train_window, test_window)
        grid = read_grid(connection, name)
        types = crime_types and crime_types_named(connection, name, crime_types)
        events = read_events(connection, grid, window, definition, types)
        evaluation = evaluate(
            grid,
            events,
            train_window,
            test_window,
            definition,
            draws=draws,
            seed=seed,
            is_shuffled=shuffled,
            patrol_window=window,
            jitter_metres=jitter,
            crime_types=types and ", ".join(types),
            published=published_method(connection, name, definition, window),
            say=say_progress,
        )
        store_evaluation(connection, evaluation)
    if as_json:
        print(report.as_json(evaluation.rows))
    else:
        report.show_evaluation(evaluation, console())


@places.command("method")
def method_command(
    force: OneForce, window: Window = "all", as_json: AsJson = False
) -> None:
    """Say which method suits a force: the grid, or free placement.

    The choice is kept, and made again when the definition of hot places has changed.
    """
    from rasure.database import connect
    from rasure.places import choosing, report
    from rasure.places.definition import Definition
    from rasure.places.events import read_events, read_grid

    definition = Definition.load()
    with connect("rasure places method", autocommit=True) as connection:
        choice = choosing.kept_choice(connection, force, definition, window)
        if choice is None:
            grid = read_grid(connection, force)
            events = read_events(connection, grid, window, definition)
            choice = choosing.choose_method(grid, events, definition)
            choosing.keep_choice(connection, force, definition, choice, window)
    if as_json:
        print(report.as_json({"force": force, "patrol_window": window, **vars(choice)}))
        return
    terminal = console()
    terminal.print(f"{force}, {window}: {choice.method}. {choice.in_words}")
    terminal.print(choosing.published_in_words(force, choice.method, window))


@places.command("stability")
def stability_command(
    force: OneForce,
    years: Annotated[int, typer.Option(min=1, help="Years in each half.")] = 3,
    coverage: Coverage = None,
    window: Window = "all",
    draws: Annotated[
        int, typer.Option(min=10, help="Histories of constant rates to compare with.")
    ] = 500,
    seed: Annotated[
        int, typer.Option(min=0, help="The same seed, the same figures.")
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Compare the hot places of two halves of the history, and of its years."""
    from rasure.database import connect
    from rasure.places import report
    from rasure.places.definition import Definition
    from rasure.places.evaluation import store_evaluation
    from rasure.places.events import read_events, read_grid
    from rasure.places.stability import stability

    definition = Definition.load(coverage_percent=coverage)
    with connect("rasure places stability", autocommit=True) as connection:
        grid = read_grid(connection, force)
        events = read_events(connection, grid, window, definition)
        result = stability(grid, events, definition, years, draws, seed, window)
        store_evaluation(connection, result)
    if as_json:
        print(report.as_json(result.rows))
    else:
        report.show_stability(result, console())


@places.command("plan")
def plan_command(
    force: OneForce,
    place: Annotated[
        str, typer.Argument(help="Its number on the pages, or a hexagon's id.")
    ],
    window: Window = "all",
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write (default: named by force and rank)."),
    ] = None,
) -> None:
    """Print the plan of a designated place: one page of A4 as PDF, no person in it."""
    from rasure.database import connect
    from rasure.places.plan.facts import read_plan
    from rasure.places.plan.page import as_html, as_pdf

    with connect("rasure places plan", autocommit=True) as connection:
        plan = read_plan(connection, force, place, window)
    file = out or Path(f"plan-{force}-{window}-{plan.rank:03}.pdf")
    file.write_bytes(as_pdf(as_html(plan)))
    print(f"{file}: {plan.place_name}, number {plan.rank} of {plan.ranked}.")
