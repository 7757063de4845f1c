"""`rasure link`: who is one person, and what a reviewer decides about it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

link_app = typer.Typer(help="One person, once: link the source's person records.")
review = typer.Typer(no_args_is_help=True, help="Pairs that a person decides on.")
link_app.add_typer(review, name="review")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Note = Annotated[str | None, typer.Option(help="Why; not a place for personal data.")]
Which = Annotated[
    list[str],
    typer.Argument(
        help="A review's number; or two persons, FORCE:PERSON_ID FORCE:PERSON_ID."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(link_app, name="link")


@link_app.callback(invoke_without_command=True)
def link_command(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Learn the model again; score everything.")
    ] = False,
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Score everything with the kept model.")
    ] = False,
    relation: Annotated[
        str, typer.Option(help="The person records: schema.relation.")
    ] = "core.person_records",
    merges: Annotated[
        str | None,
        typer.Option(help="The source's merges; core.person_merges if there is one."),
    ] = None,
    may_erase: Annotated[
        bool,
        typer.Option(
            "--may-erase", help="Erase however many persons the relation lacks."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Link new and changed person records; everything where that is needed."""
    if context.invoked_subcommand:
        return
    from rasure.database import connect
    from rasure.linkage.linking import link

    mode = "full" if full else "rescore" if rescore else "incremental"
    with connect("rasure link", autocommit=True) as connection:
        report = link(connection, relation, merges, mode, may_erase=may_erase)
    if as_json:
        print(json.dumps(report.as_dict()))
        return
    print(
        f"{report.records:,} records of {report.persons:,} persons "
        f"({report.kind}, {report.seconds:.1f} s): {report.records_changed:,} new or "
        f"changed, {report.records_erased:,} erased, {report.pairs_compared:,} pairs "
        f"compared, {report.reviews_open:,} to review."
    )
    if report.oversized:
        print(
            f"Look at {len(report.oversized):,} persons of unusually many records "
            f"(up to {report.largest_cluster:,}); linkage.runs has their golden ids."
        )


@link_app.command("status")
def status_command(as_json: AsJson = False) -> None:
    """What is linked, and what somebody should look at; ids only, never a name."""
    from rasure.database import connect
    from rasure.linkage.status import status

    with connect("rasure link status", autocommit=True) as connection:
        state = status(connection)
    if as_json:
        print(json.dumps(state.as_dict()))
        return
    if state.linked_at is None:
        print("Nothing has been linked yet. Run `rasure transform`.")
        return
    print(
        f"{state.records:,} records of {state.persons:,} persons, linked at "
        f"{state.linked_at:%Y-%m-%d %H:%M} UTC.\n"
        f"{state.reviews_open:,} questions to review: `rasure link review list`.\n"
        f"{state.invalid_numbers:,} PNC and CRO numbers have a wrong check letter or "
        "none; they count as no evidence.\n"
        f"{state.crowded_postcodes:,} postcodes and {state.crowded_contacts:,} "
        "contacts are of so many records that they count as nobody's own.\n"
        f"{state.crowded_blocks:,} blocks were too large to be compared.\n"
        f"{len(state.oversized):,} persons have unusually many records."
    )
    if not state.merge_loops:
        print("No merges of the source form a loop.")
        return
    print(
        f"{len(state.merge_loops):,} merges of the source form a loop. The eldest "
        "record stands for each; correct them in the records system:"
    )
    for force, records in state.merge_loops:
        print(f"  {force}: {', '.join(records)}")


@review.command("list")
def list_command(
    status: Annotated[str, typer.Option(help="open, accepted or rejected.")] = "open",
    limit: Annotated[int, typer.Option(min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """The pairs to review, the likeliest first; ids only, never a name."""
    from rasure.database import connect
    from rasure.linkage.reviews import reviews

    with connect("rasure link review", autocommit=True) as connection:
        listed = reviews(connection, status, limit)
    if as_json:
        print(json.dumps([one.as_dict() for one in listed]))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for column in ("review", "elder", "younger", "probability", "decided by"):
        table.add_column(column, overflow="fold")
    for one in listed:
        table.add_row(
            str(one.review_id),
            f"{one.force_l}:{one.person_l}",
            f"{one.force_r}:{one.person_r}",
            "" if one.probability is None else f"{one.probability:.3f}",
            one.decided_by or "",
        )
    Console().print(table)


@review.command("accept")
def accept_command(which: Which, by: By, note: Note = None) -> None:
    """The two are one person, from the next run on."""
    _decide(which, "accepted", by, note)


@review.command("reject")
def reject_command(which: Which, by: By, note: Note = None) -> None:
    """The two are two persons, from the next run on."""
    _decide(which, "rejected", by, note)


def _decide(which: list[str], verdict: str, by: str, note: str | None) -> None:
    from rasure.database import connect
    from rasure.linkage.errors import ReviewRejected
    from rasure.linkage.reviews import decide, decide_pair

    ends = [tuple(one.split(":", 1)) for one in which]
    with connect("rasure link review", autocommit=True) as connection:
        if len(which) == 1 and which[0].isdigit():
            decide(connection, int(which[0]), verdict, by, note)
        elif len(ends) == 2 and all(len(end) == 2 for end in ends):
            decide_pair(connection, *ends, verdict, by, note)
        else:
            raise ReviewRejected(
                "Name a review by its number, or two persons as "
                "FORCE:PERSON_ID FORCE:PERSON_ID."
            )
    print(f"{verdict.capitalize()}; it takes effect with the next `rasure link`.")
