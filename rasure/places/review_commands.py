"""`rasure places candidates`, `accept`, `reject` and `publish`."""

from __future__ import annotations

import getpass
from datetime import date, datetime
from typing import Annotated

import typer

from rasure.places.options import (
    AsJson,
    OneForce,
    Window,
    checked_window,
    console,
)

Target = Annotated[
    str, typer.Argument(help="The id of a candidate hot spot, or of a hexagon.")
]
CellOnly = Annotated[
    bool, typer.Option("--cell-only", help="Only that hexagon of the hot spot.")
]
Reviewer = Annotated[
    str | None, typer.Option(help="Who decides (default: the user logged in).")
]
Expires = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The last day that the review holds."),
]
OneWindow = Annotated[
    str | None,
    typer.Option(
        "--window",
        callback=checked_window,
        help="all, day or night; without it, every window.",
    ),
]


def register(places: typer.Typer) -> None:
    """Add the commands of review to `rasure places`."""
    places.command("candidates")(candidates_command)
    places.command("accept")(accept_command)
    places.command("reject")(reject_command)
    places.command("publish")(publish_command)


def candidates_command(
    force: OneForce, window: Window = "all", as_json: AsJson = False
) -> None:
    """Show what would be designated now, and what reviewers said of it."""
    from rasure.database import connect
    from rasure.places import report
    from rasure.places.definition import Definition
    from rasure.places.designation import propose

    with connect("rasure places candidates", autocommit=True) as connection:
        designation = propose(connection, force, Definition.load(), window)
    if as_json:
        print(report.as_json(report.candidate_rows(designation)))
    else:
        report.show_candidates(designation, console())


def accept_command(
    force: OneForce,
    target: Target,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    note: Annotated[
        str | None, typer.Option(help="What to mind: nudge it north, off the lake.")
    ] = None,
    reviewer: Reviewer = None,
    expires: Expires = None,
    window: OneWindow = None,
    cell_only: CellOnly = False,
    as_json: AsJson = False,
) -> None:
    """Accept a candidate hot spot, or one of its hexagons."""
    decided = (reason, note, reviewer, expires, window, cell_only, as_json)
    _decide("accepted", force, target, *decided)


def reject_command(
    force: OneForce,
    target: Target,
    reason: Annotated[str, typer.Option(help="Why; shown wherever it is missed.")],
    note: Annotated[
        str | None, typer.Option(help="What to do instead: nudge it north.")
    ] = None,
    reviewer: Reviewer = None,
    expires: Expires = None,
    window: OneWindow = None,
    cell_only: CellOnly = False,
    as_json: AsJson = False,
) -> None:
    """Reject a candidate: it stays out of versions until the review expires."""
    decided = (reason, note, reviewer, expires, window, cell_only, as_json)
    _decide("rejected", force, target, *decided)


def _decide(
    decision: str,
    force: str,
    target: str,
    reason: str | None,
    note: str | None,
    reviewer: str | None,
    expires: datetime | None,
    window: str | None,
    cell_only: bool,
    as_json: bool,
) -> None:
    from rasure.database import connect
    from rasure.places import report, reviews
    from rasure.places.definition import Definition
    from rasure.places.designation import candidate_hexagons

    definition = Definition.load()
    with connect("rasure places review", autocommit=True) as connection:
        hot_spot_id, hexagon_ids, ground = candidate_hexagons(
            connection, force, target, definition, window or "all", cell_only
        )
        expires_on = (
            expires.date()
            if expires
            else reviews.default_expiry(date.today(), definition)
        )
        review_ids = reviews.review(
            connection,
            force,
            hexagon_ids,
            decision,
            getpass.getuser() if reviewer is None else reviewer,
            expires_on,
            reason,
            note,
            hot_spot_id,
            window,
            ground,
        )
    if as_json:
        answer = {
            "decision": decision,
            "hexagons": hexagon_ids,
            "reviews": review_ids,
            "expires_on": expires_on,
        }
        print(report.as_json(answer))
        return
    counted = "1 hexagon" if len(hexagon_ids) == 1 else f"{len(hexagon_ids)} hexagons"
    print(f"{counted} {decision} until {expires_on}.")


def publish_command(
    force: OneForce, window: Window = "all", as_json: AsJson = False
) -> None:
    """Make the reviewed candidates the version in force."""
    from rasure import runs
    from rasure.database import connect
    from rasure.places import publication, report
    from rasure.places.definition import Definition
    from rasure.places.designation import designate

    with connect("rasure places publish", autocommit=True) as connection:
        with runs.exclusive(connection, "designate"):
            designation = designate(
                connection, force, definition=Definition.load(), patrol_window=window
            )
        publication.published(connection)
    if as_json:
        print(report.as_json(report.designation_row(designation)))
        return
    done = "is published" if designation.is_new else "is in force already"
    print(f"{designation.designation_id} {done}, valid from {designation.valid_from}.")
