"""`rasure simulate`: a force's extract from a seed, and the days that follow."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this part's command to the command line."""
    app.command()(simulate)


class Change(StrEnum):
    """The kinds of a single change."""

    crime = "crime"
    reclassify = "reclassify"
    eliminate = "eliminate"
    merge = "merge"
    delete = "delete"


def simulate(
    out: Annotated[Path, typer.Option(help="The folder to write into")],
    years: Annotated[int, typer.Option(help="Years of history")] = 6,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes")] = 1,
    force: Annotated[
        str, typer.Option(help="Whose mapping and ground: thames-valley")
    ] = "thames-valley",
    crimes_per_year: Annotated[
        int | None, typer.Option(help="A smaller force; by default as it records")
    ] = None,
    as_at: Annotated[
        str | None, typer.Option(help="Last day of history, YYYY-MM-DD, at 04:00 UTC")
    ] = None,
    days: Annotated[
        int, typer.Option(help="Write that many daily deltas after what is in OUT")
    ] = 0,
    change: Annotated[
        Change | None, typer.Option(help="Write a delta of one such change")
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Option(
            help="Id of the occurrence or person to change; twice for a merge"
        ),
    ] = None,
) -> None:
    """Write a simulated force's full extract, or the deltas that follow it.

    Deliveries go to OUT/deliveries and the truth of them to OUT/truth. With --days or
    --change the history in OUT is continued, with its seed.
    """
    import time

    started = time.monotonic()
    if days or change:
        from rasure.instruments.simulate import delta

        deliveries = [delta.write_day(out, _say) for _ in range(days)]
        if change:
            deliveries.append(delta.write_change(out, change.value, _say, of or ()))
    else:
        from rasure.instruments.simulate.extract import write_history
        from rasure.instruments.simulate.plan import plan

        history = plan(force, seed, years, as_at, crimes_per_year)
        deliveries = [write_history(history, out, _say)]
    for delivery in deliveries:
        typer.echo(delivery)
    _say(f"{time.monotonic() - started:.1f} s")


def _say(text: str) -> None:
    typer.echo(f"  {text}", err=True)
