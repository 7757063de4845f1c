"""`rasure places stability`: do the same places stay hot?"""

from __future__ import annotations

from typing import Annotated

import typer

from rasure.places.options import AsJson, Coverage, OneForce, Window, console


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
    from rasure.places import evaluation_store, reading, report
    from rasure.places.definition import Definition
    from rasure.places.stability import stability

    definition = Definition.load(coverage_percent=coverage)
    with connect("rasure places stability", autocommit=True) as connection:
        grid = reading.read_grid(connection, force)
        events = reading.read_events(connection, grid, window, definition)
        found = stability(grid, events, definition, years, draws, seed, window)
        evaluation_store.keep(connection, found)
    if as_json:
        print(report.as_json(found.rows))
    else:
        show(found, console())


def show(found, console) -> None:
    """Print the overlap of the halves and of the years, beside their nulls."""
    from rich.box import SIMPLE
    from rich.table import Table

    (row,) = found.rows
    console.print(
        f"{found.force}, {found.patrol_window}: {row['events']:,} crimes, "
        f"{row['hexagons']:,} hexagons chosen in each period."
    )
    table = Table(box=SIMPLE)
    for title in ("compared", "Jaccard", "constant rates", "percentile"):
        justify = "left" if title == "compared" else "right"
        table.add_column(title, justify=justify, no_wrap=True)
    # Of two years the halves are the years.
    for one in row["years"] if len(row["years"]) == 1 else [row, *row["years"]]:
        table.add_row(
            one["compared"],
            f"{one['jaccard']:.2f}",
            f"{one['jaccard_null']:.2f} ({one['jaccard_null_low']:.2f}-"
            f"{one['jaccard_null_high']:.2f})",
            f"{one['jaccard_percentile']:.0f}",
        )
    console.print(table)
    verdict = "as stable as" if row["jaccard_at_least_null"] else "less stable than"
    console.print(
        f"The hot places are {verdict} rates that never change would make them. "
        f"{row['share_in_most_years']:.0%} of those of the whole history were chosen "
        f"in {row['years_needed']} or more of its {len(row['years']) + 1} years "
        f"(constant rates: {row['share_in_most_years_null']:.0%})."
    )
