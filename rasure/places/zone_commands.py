"""`rasure places zones`: draw the patrol zones of a force, and score them."""

from __future__ import annotations

from typing import Annotated

import typer

from rasure.places.options import AsJson, Coverage, OneForce, Window, console

zones = typer.Typer(
    no_args_is_help=True,
    help="Patrol zones: the busiest connected streets of each hot spot.",
)


def register(places: typer.Typer) -> None:
    """Add the commands of zones to `rasure places`."""
    places.add_typer(zones, name="zones")


@zones.command("draw")
def draw_command(
    force: OneForce,
    window: Window = "all",
    keep: Annotated[bool, typer.Option(help="Keep them in the warehouse.")] = True,
    as_json: AsJson = False,
) -> None:
    """Draw the zones of the designation in force; the same again changes nothing."""
    from rasure.database import connect
    from rasure.places import report
    from rasure.places.zones.designated import draw

    with connect("rasure places zones", autocommit=True) as connection:
        zone_set = draw(connection, force, window, keep=keep)
    if as_json:
        print(report.as_json(report.zone_set_row(zone_set)))
    else:
        report.show_zones(zone_set, console(), most=20)


@zones.command("evaluate")
def evaluate_command(
    train: Annotated[str, typer.Option(help="Months to choose on: 2024-01:2025-03.")],
    test: Annotated[str, typer.Option(help="Later months to score on.")],
    force: Annotated[
        str | None, typer.Option(help="Needed when several forces have data.")
    ] = None,
    coverage: Coverage = None,
    window: Window = "all",
    draws: Annotated[int, typer.Option(min=10, help="Bootstrap samples.")] = 1000,
    seed: Annotated[
        int, typer.Option(min=0, help="The same seed, the same figures.")
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Compare zones with hexagons: crimes captured per km2, in sample and held out."""
    from rasure.database import connect
    from rasure.places import report
    from rasure.places.definition import Definition, ZoneDefinition
    from rasure.places.evaluation import store_evaluation
    from rasure.places.events import read_events, read_grid, the_force
    from rasure.places.windows import Window as Period
    from rasure.places.zones.evaluating import evaluate_zones

    train_period, test_period = Period.parse(train), Period.parse(test)
    definition = Definition.load(coverage_percent=coverage)
    with connect("rasure places zones", autocommit=True) as connection:
        name = the_force(connection, force, train_period, test_period)
        grid = read_grid(connection, name)
        evaluation = evaluate_zones(
            connection,
            grid,
            read_events(connection, grid, window, definition),
            train_period,
            test_period,
            definition,
            ZoneDefinition.load(),
            draws,
            seed,
            window,
        )
        store_evaluation(connection, evaluation)
    if as_json:
        print(report.as_json(evaluation.rows))
    else:
        report.show_zone_evaluation(evaluation, console())
