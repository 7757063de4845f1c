"""`rasure people`: decide on people who meet a rule, plan for them, show overdue ones.

No command puts a person on a list, and none takes or shows a name.
"""

from __future__ import annotations

import getpass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

people = typer.Typer(no_args_is_help=True, help="Hot people: decisions and plans.")


class Listed(StrEnum):
    """The lists, which never merge."""

    risk = "risk"
    vulnerable = "vulnerable"


class Planned(StrEnum):
    """What a plan can be for: the lists, and reviews of one knife event."""

    risk = "risk"
    vulnerable = "vulnerable"
    review = "review"


Force = Annotated[str, typer.Argument(help="The force.")]
Person = Annotated[str, typer.Argument(help="The person's id as the list shows it.")]
By = Annotated[
    str,
    typer.Option(
        default_factory=getpass.getuser, help="Who says so (your login if not given)."
    ),
]
ReviewOn = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="Next review; three months away at most.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(people, name="people")


@people.command()
def confirm(
    force: Force,
    on_list: Annotated[Listed, typer.Argument(metavar="LIST", help="Which list.")],
    person: Person,
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")],
    by: By,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Keep the person off the list.")
    ] = False,
    review_on: ReviewOn = None,
) -> None:
    """Confirm a person who meets a rule of a list, or refuse."""
    from rasure.database import connect
    from rasure.people.decisions import decide

    decision = "refused" if refuse else "confirmed"
    with connect("rasure people confirm") as connection:
        until = decide(
            connection,
            force,
            on_list.value,
            person,
            decision=decision,
            reason=reason,
            by=by,
            review_on=review_on and review_on.date(),
        )
    typer.echo(
        f"{decision.capitalize()} until {until}, by {by}. `rasure transform` shows it."
    )


@people.command()
def plan(
    force: Force,
    on_list: Annotated[Planned, typer.Argument(metavar="LIST", help="Which list.")],
    person: Person,
    owner: Annotated[str, typer.Option(help="Who owns the plan.")],
    actions: Annotated[str, typer.Option(help="What is done.")],
    by: By,
    close: Annotated[bool, typer.Option("--close", help="End the plan.")] = False,
    review_on: ReviewOn = None,
) -> None:
    """Write or close the plan for a person of a list."""
    from rasure.database import connect
    from rasure.people.decisions import plan as keep

    with connect("rasure people plan") as connection:
        until = keep(
            connection,
            force,
            on_list.value,
            person,
            owner=owner,
            actions=actions,
            by=by,
            review_on=review_on and review_on.date(),
            close=close,
        )
    typer.echo("Plan closed." if close else f"Plan kept; next review {until}.")


@people.command("overdue")
def overdue_command(
    force: Annotated[str | None, typer.Argument(help="A force; else all.")] = None,
) -> None:
    """List the people shown whose review is past or who have no plan."""
    from rich.console import Console
    from rich.table import Table

    from rasure.database import connect
    from rasure.people.decisions import overdue

    with connect("rasure people overdue") as connection:
        late = overdue(connection, force)
    table = Table("force", "list", "person", "owner", "plan", "review on")
    for row in late:
        table.add_row(
            row.force,
            row.list,
            row.person_id,
            row.owner,
            "yes" if row.has_plan else "missing",
            row.review_on.isoformat(),
        )
    console = Console(width=120)
    console.print(table)
    console.print(f"{len(late)} overdue or without a plan.")


@people.command()
def forget() -> None:
    """Erase decisions and plans on people whom the force's records no longer have."""
    from rasure.database import connect
    from rasure.people.decisions import forget_gone

    with connect("rasure people forget") as connection:
        typer.echo(f"{forget_gone(connection)} rows erased.")


@people.command("network")
def network_command() -> None:
    """Compute who was suspected together with whom, for analysts."""
    from rasure.database import connect
    from rasure.people.network import joined, refresh

    with connect("rasure people network") as connection:
        people = refresh(connection, joined(connection))
        typer.echo(f"{people} people in the network of co-suspects.")
