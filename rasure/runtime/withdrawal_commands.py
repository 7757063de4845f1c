"""`rasure withdraw`: undo a delivery in every layer."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("withdraw")(withdraw_command)


def withdraw_command(
    load_id: Annotated[
        int, typer.Argument(help="The load, as `rasure deliveries` names it.")
    ],
    because: Annotated[str, typer.Option(help="Why; kept with the record of it.")],
    by: Annotated[
        str | None, typer.Option(help="Who decides (default: the user logged in).")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Even if later deltas lose their base.")
    ] = False,
) -> None:
    """Withdraw a delivery that landed: its rows go, the record of it stays.

    The next transform is a full refresh, which takes it out of the marts.
    """
    from rasure import runs, schema
    from rasure.database import connect
    from rasure.landing.withdrawing import withdraw
    from rasure.transform import state

    with connect("rasure withdraw", autocommit=True) as connection:
        schema.ensure(connection)
        with (
            runs.exclusive(connection, "withdraw", say=typer.echo),
            connection.transaction(),
        ):
            withdrawn = withdraw(
                connection, load_id, by or getpass.getuser(), because, force
            )
            state.begin_full_refresh(connection)
    typer.echo(
        f"Load {load_id}, {withdrawn.delivery}, is withdrawn: {withdrawn.rows:,} rows "
        "erased. The pages show it until the next transform, which builds everything: "
        "`rasure transform`, or the DAG by itself. Its files were not touched."
    )
