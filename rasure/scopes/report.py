"""A reconciliation as JSON, or as a table with its closing sentences."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rasure.scopes.reconciling import Reconciliation

LISTED = 8  # codes or lines that are named; the others are counted


def as_json(reconciliation: Reconciliation) -> str:
    """The reconciliation as JSON, quarters as `2024-04`, the first month of each."""
    values = asdict(reconciliation)
    values["offences"] = [
        asdict(row)
        | {
            "difference": row.difference,
            "difference_percent": rounded(row.difference_percent),
        }
        for row in reconciliation.offences
    ]
    for name in ("quarters", "quarters_left_out"):
        values[name] = [first_month(quarter) for quarter in values[name]]
    return json.dumps(values, indent=2)


def show(reconciliation: Reconciliation, console: Console) -> None:
    """Print a row for each offence, and what was left out."""
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for name in ("offence", "published", "recorded", "difference"):
        table.add_column(name, justify="left" if name == "offence" else "right")
    table.add_column(reconciliation.scope, justify="right")
    table.add_column("to review", justify="right")
    for row in reconciliation.offences:
        percent = row.difference_percent
        difference = "" if percent is None else f"{percent:+.1f}%"
        table.add_row(
            row.offence,
            f"{row.published:,}",
            f"{row.recorded:,}",
            difference,
            f"{row.in_scope:,}",
            f"{row.to_review:,}",
        )
    console.print(table)
    for sentence in in_words(reconciliation):
        console.print(sentence)


def in_words(reconciliation: Reconciliation) -> list[str]:
    """What was compared, and what was not."""
    quarters = reconciliation.quarters
    sentences = [
        f"{reconciliation.force}, {numbered(quarters, 'quarter')} from "
        f"{first_month(quarters[0])} to {first_month(quarters[-1])} (first months). "
        "Published and recorded are all crimes of the offences, with a knife or not."
    ]
    if left_out := reconciliation.quarters_left_out:
        sentences.append(
            f"Left out: {numbered(left_out, 'quarter')} of the file, because the "
            "warehouse does not observe all of their months."
        )
    if codes := reconciliation.codes_not_known:
        sentences.append(
            f"In no definition: {numbered(codes, 'offence code')} of the file "
            f"({listed(codes)})."
        )
    if codes := reconciliation.codes_not_parted:
        sentences.append(
            f"In no figure: {numbered(codes, 'offence code')} of the file that count "
            f"offences of the scope and others as one ({listed(codes)})."
        )
    if lines := reconciliation.unreadable_lines:
        sentences.append(
            f"In no figure: {numbered(lines, 'line')} of the file that could not be "
            f"read ({listed(lines)})."
        )
    return sentences


def numbered(values: list, noun: str) -> str:
    """How many values there are: `1 quarter`, `24 quarters`."""
    return f"{len(values)} {noun}{'' if len(values) == 1 else 's'}"


def listed(values: list) -> str:
    """The first few values, and how many more there are."""
    named = ", ".join(str(value) for value in values[:LISTED])
    more = len(values) - LISTED
    return f"{named} and {more} more" if more > 0 else named


def first_month(quarter: int) -> str:
    """A month number as `2024-04`."""
    return f"{quarter // 12}-{quarter % 12 + 1:02d}"


def rounded(percent: float | None) -> float | None:
    """A percentage with two decimals."""
    return percent if percent is None else round(percent, 2)
