"""How often the reading of free text for knives is right, on labelled sentences.

`knife_sentences.csv` holds made-up lines of the kind that officers write, each with the
answer that a person would give: yes, no or unsure. The lines of the part `held out`
were written by somebody who had not seen the grammar, and the grammar was not changed
after it had been tried on them; those of the part `tuned` served to write it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources

import psycopg

from rasure.instruments.macro_rendering import macro
from rasure.settings import CHECKOUT

HELD_OUT = "held out"
GRAMMAR = CHECKOUT / "dbt" / "seeds" / "niche_rms" / "knife_grammar.csv"
DECISIONS = {"stated": "yes", "doubtful": "review", "denied": "no", None: "no"}


@dataclass(frozen=True)
class Sentence:
    """A line of text. `answer` is a person's (yes, no, unsure), `decision` that of the
    grammar (yes, no, review)."""

    part: str
    answer: str
    text: str
    decision: str


def knife_text(connection: psycopg.Connection) -> dict[str, float]:
    """The figures of the sentences that were held out, by key of the report.

    Precision: of the lines decided yes, the share whose answer is yes. Recall: of the
    lines whose answer is yes and that were decided, the share decided yes. Review: the
    share of all lines that is left to a person.
    """
    return figures(
        [line for line in sentences(connection) if line.part == HELD_OUT],
    )


def figures(lines: list[Sentence]) -> dict[str, float]:
    """Precision, recall and the share sent to review, of some sentences."""
    decided_yes = [line for line in lines if line.decision == "yes"]
    right = sum(line.answer == "yes" for line in decided_yes)
    decided = [
        line for line in lines if line.answer == "yes" and line.decision != "review"
    ]
    reviewed = sum(line.decision == "review" for line in lines)
    return {
        "knife_text_precision": right / len(decided_yes),
        "knife_text_recall": right / len(decided),
        "knife_text_review": reviewed / len(lines),
    }


def sentences(connection: psycopg.Connection) -> list[Sentence]:
    """The labelled sentences, each with what the grammar decides."""
    shipped = resources.files("rasure.instruments.truth")
    with shipped.joinpath("knife_sentences.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    decisions = read(connection, [row["text"] for row in rows])
    return [
        Sentence(**row, decision=decision)
        for row, decision in zip(rows, decisions, strict=True)
    ]


def read(connection: psycopg.Connection, texts: list[str]) -> list[str]:
    """The decision (yes, no, review) of each text, by the macro that the models run."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "create temp table knife_lines (force text, occurrence_id text, words text)"
            " on commit drop"
        )
        cursor.executemany(
            "insert into knife_lines values ('', %s, lower(%s))",
            [(str(number), text) for number, text in enumerate(texts)],
        )
        cursor.execute(
            "create temp table knife_rules (part text, pattern text) on commit drop"
        )
        cursor.executemany("insert into knife_rules values (%s, %s)", rules_in_force())
        cursor.execute(macro("knife_texts", "knife_lines", "knife_rules"))
        judged = {int(key): knife_text for key, _, knife_text, *_ in cursor.fetchall()}
    return [DECISIONS[judged.get(number)] for number in range(len(texts))]


def rules_in_force() -> list[tuple[str, str]]:
    """(part, pattern) of the rows of the grammar that hold today."""
    today = datetime.now(UTC).date().isoformat()
    with GRAMMAR.open(newline="") as file:
        return [
            (row["part"], row["pattern"])
            for row in csv.DictReader(file)
            if row["valid_from"] <= today
        ]
