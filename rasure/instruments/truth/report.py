"""Compare a warehouse with its truth, as JSON or as a table in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import psycopg
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rasure.instruments.linkage_quality.measure import measure
from rasure.instruments.truth import hours, knife_text, patrol_list, persons
from rasure.instruments.truth.carriers import knife_carriers
from rasure.instruments.truth.errors import PartMissing
from rasure.instruments.truth.goals import GOALS
from rasure.instruments.truth.harm import harm_total_error
from rasure.instruments.truth.hold_out import hold_outs, ratios
from rasure.instruments.truth.planted import Truth, follow
from rasure.places.definition import Definition

DIGITS = 6

TRANSFORM = "rasure transform"

# Relations that the report reads, and the command that builds them.
NEEDED = {
    "core.person_crimes": TRANSFORM,
    "marts_people.person_evidence": TRANSFORM,
    "marts.hot_times": TRANSFORM,
}

KNOWN = "select count(*) from core.person_records where force = %s"
LINKED = "select exists (select from linkage.golden_ids where force = %s)"
LATEST = "select as_of from core.people_as_of where force = %s"


def check(connection: psycopg.Connection, truth: Truth) -> None:
    """Raise `PartMissing` if the warehouse lacks data; it names the command to run."""
    need(connection, "core.person_records", TRANSFORM)
    if not connection.execute(KNOWN, (truth.force,)).fetchone()[0]:
        raise PartMissing(
            f"The warehouse has no person of {truth.force}. Run `rasure land "
            "niche_rms` on the delivery of this truth first, then `rasure transform`."
        )
    if not connection.execute(LINKED, (truth.force,)).fetchone()[0]:
        raise PartMissing(
            f"No records of {truth.force} are linked. Run `rasure link` first, then "
            "`rasure transform`."
        )
    for relation, command in NEEDED.items():
        need(connection, relation, command)


def need(connection: psycopg.Connection, relation: str, command: str) -> None:
    """Raise `PartMissing`, with the command to run, if a relation is missing."""
    (name,) = connection.execute("select to_regclass(%s)", (relation,)).fetchone()
    if name is None:
        raise PartMissing(
            f"The warehouse has no {relation} yet. Run `{command}` first."
        )


def gather(
    connection: psycopg.Connection,
    truth: Truth,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, float]:
    """Every figure of `GOALS`, by key, in their order. Raises `PartMissing`."""
    check(connection, truth)
    as_of = data_instant(connection, truth)
    truth = follow(truth, as_of)
    if truth.extracted_at < as_of:
        say(
            f"the data are of {as_of:%Y-%m-%d %H:%M}, later than every truth in "
            f"{truth.folder}: what changed since {truth.extracted_at:%Y-%m-%d %H:%M} "
            "counts as wrong"
        )
    say("the patrol list")
    figures: dict[str, float] = dict(patrol_list.patrol_list(connection, truth))
    figures |= ratios(hold_outs(connection, truth, Definition.load(), say))
    say("knife carriers")
    figures |= knife_carriers(connection, truth)
    say("linkage")
    agreement = persons.linkage(connection, truth)
    figures["linkage_precision"] = agreement.pair_precision
    figures["linkage_recall"] = agreement.pair_recall
    figures["linkage_b3_f"] = agreement.b3_f
    say("linkage of the hard set")
    hard = measure()
    figures["hard_set_precision"] = hard.pair_precision
    figures["hard_set_recall"] = hard.pair_recall
    figures["hard_set_b3_f"] = hard.b3_f
    say("harm on true ids")
    figures["harm_total_error"] = harm_total_error(connection, truth)
    say("hot hours")
    figures |= hours.hot_hours(connection, truth)
    say("knives in free text")
    figures |= knife_text.knife_text(connection)
    return {goal.key: round(figures[goal.key], DIGITS) for goal in GOALS}


def data_instant(connection: psycopg.Connection, truth: Truth) -> datetime:
    """The instant of the newest extract of the force in the warehouse."""
    (as_of,) = connection.execute(LATEST, (truth.force,)).fetchone()
    return as_of


def show(figures: dict[str, float], console: Console) -> None:
    """Print each figure in words, with its goal and its verdict."""
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("figure")
    table.add_column("found", justify="right", no_wrap=True)
    table.add_column("goal", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for goal in GOALS:
        figure = figures[goal.key]
        verdict = "met" if goal.is_met(figure) else "[bold red]not met[/]"
        table.add_row(goal.words, written(figure), goal.written(), verdict)
    console.print(table)
    missed = [goal for goal in GOALS if not goal.is_met(figures[goal.key])]
    console.print(f"{len(GOALS) - len(missed)} of {len(GOALS)} goals are met.")


def written(figure: float) -> str:
    """A whole number as it is, any other with three decimals."""
    return f"{figure:,.0f}" if figure == int(figure) else f"{figure:.3f}"
