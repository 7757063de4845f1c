"""`rasure places institution`: plans for institutions with crime."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Annotated

import typer

from rasure.places.options import AsJson, OneForce, console

institution = typer.Typer(
    no_args_is_help=True, help="Institutions with crime: the plan for each."
)


def register(places: typer.Typer) -> None:
    """Add the commands of institutions to `rasure places`."""
    places.add_typer(institution, name="institution")


@institution.command("plan")
def plan_command(
    force: OneForce,
    institution: Annotated[
        str, typer.Argument(help="The institution's id, as `list` shows it.")
    ],
    plan: Annotated[str, typer.Option(help="What is done, in a sentence or two.")],
    owner: Annotated[str, typer.Option(help="Who owns the plan.")],
    review_date: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="When it is looked at again."),
    ],
    by: Annotated[
        str | None, typer.Option(help="Who says so (default: the user logged in).")
    ] = None,
    close: Annotated[bool, typer.Option("--close", help="End the plan.")] = False,
) -> None:
    """Write the plan for an institution, or close it."""
    from rasure.database import connect
    from rasure.places.institutions import write_plan

    with connect("rasure places institution") as connection:
        write_plan(
            connection,
            force,
            institution,
            plan=plan,
            owner=owner,
            review_date=review_date.date(),
            by=getpass.getuser() if by is None else by,
            close=close,
        )
    done = "closed" if close else f"kept until {review_date.date()}"
    print(f"Plan of {institution} {done}. `rasure transform` shows it.")


@institution.command("list")
def list_command(
    force: OneForce,
    open_only: Annotated[
        bool,
        typer.Option("--attention", help="Only those without a plan or overdue."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the institutions with crime, and the plan that each has."""
    from rich.box import SIMPLE
    from rich.table import Table

    from rasure.database import connect
    from rasure.places.institutions import listed
    from rasure.places.report import as_json as to_json

    with connect("rasure places institution", autocommit=True) as connection:
        institutions = listed(connection, force)
    if open_only:
        institutions = [one for one in institutions if one.needs_attention]
    if as_json:
        print(to_json([vars(one) for one in institutions]))
        return
    table = Table("institution", "crimes", "plan", "owner", "review", box=SIMPLE)
    table.add_column("id", overflow="fold")
    for one in institutions:
        table.add_row(
            one.institution,
            f"{one.crimes:,}",
            one.plan or "missing",
            one.plan_owner,
            f"{one.review_date or ''}{' overdue' if one.is_overdue else ''}",
            one.institution_id,
        )
    terminal = console()
    terminal.print(table)
    waiting = sum(one.needs_attention for one in institutions)
    terminal.print(
        f"{len(institutions)} institutions with crime, {waiting} without a plan or "
        "overdue."
    )
