"""The gate: Great Expectations judges a delivery's profile before anything is kept.

Importing Great Expectations takes seconds, so it is done in a thread while the files
are being unpacked (`Gate` starts it), and its Data Docs are written after the delivery
has been decided. Usage statistics are off; nothing here needs a network.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import partial

import yaml

from rasure.landing.errors import GateFailed, sentence
from rasure.landing.profile import (
    COLUMNS,
    EVERY_COLUMN,
    HEADER_LINE,
    NOT_COLUMNS,
    shown,
)
from rasure.settings import CHECKOUT

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

SUITES = CHECKOUT / "expectations"
OWN_KEYS = ("expect", "should", "advice", "about")
# The column of the profile with the commonest reason for a share.
REASONS = {
    "quarantined_share": "main_reason",
    "failed_share": "main_reason",
    "emptied_share": "emptied_reason",
}
# What is asked first, and what a failure is asked for, which takes half as long again.
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}
FILES = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["file"],
    "partial_unexpected_count": 0,
}


@dataclass(frozen=True)
class Verdict:
    """One file rule's outcome on one file, as it is stored in `ops.gate_results`."""

    file: str
    expectation: str
    column: str | None  # None where the rule is on the whole file
    expected: str
    found: str
    advice: str
    success: bool


class Gate:
    """The suite of one source, ready to judge."""

    def __init__(self, source: str):
        self.source = source
        self.rules = yaml.safe_load((SUITES / f"{source}.yml").read_text())
        self._ready = threading.Thread(target=_import, daemon=True)
        self._ready.start()

    def judge(self, profiles: list[dict]) -> tuple[list[Verdict], object]:
        """Run the suite on the profile (one dict per file). Returns a verdict for each
        rule and file, and Great Expectations' own result for the Data Docs."""
        self._ready.join()
        import great_expectations as gx
        import pandas as pd

        frame = pd.DataFrame(profiles, columns=list(COLUMNS))
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        batch = (
            context.data_sources.add_pandas("landing")
            .add_dataframe_asset(self.source)
            .add_batch_definition_whole_dataframe("delivery")
        )
        suite = context.suites.add(self.suite())
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=self.source, data=batch, suite=suite)
        )
        run = partial(definition.run, batch_parameters={"dataframe": frame})
        result = run(result_format=COUNTS)
        if not result.success:
            result = run(result_format=FILES)
        return self._verdicts(result, profiles), result

    def suite(self):
        """The Great Expectations suite that `expectations/<source>.yml` says."""
        import great_expectations as gx
        from great_expectations.expectations.registry import get_expectation_impl

        expectations = []
        for number, rule in enumerate(self.rules):
            arguments = {k: v for k, v in rule.items() if k not in OWN_KEYS}
            meta = {"rule": number}
            build = get_expectation_impl(rule["expect"])
            expectations.append(build(**arguments, meta=meta))
        return gx.ExpectationSuite(name=self.source, expectations=expectations)

    def _verdicts(self, result, profiles: list[dict]) -> list[Verdict]:
        verdicts = []
        for outcome in result.results:
            if outcome.exception_info.get("raised_exception"):
                raise RuntimeError(outcome.exception_info.get("exception_message"))
            rule = self.rules[outcome.expectation_config.meta["rule"]]
            failed = {
                row["file"] for row in outcome.result.get("unexpected_index_list") or []
            }
            for profile in profiles:
                value = profile[rule["column"]]
                verdicts.append(
                    Verdict(
                        file=profile["file"],
                        expectation=rule["expect"],
                        column=_column(rule, value),
                        expected=_expected(rule, profile),
                        found=_words(rule["column"], value, profile),
                        advice=rule["advice"],
                        success=profile["file"] not in failed,
                    )
                )
        return verdicts


def failed_files(verdicts: list[Verdict]) -> dict[str, Verdict]:
    """The first failed verdict of each file that failed a rule, by file."""
    failed: dict[str, Verdict] = {}
    for verdict in verdicts:
        if not verdict.success:
            failed.setdefault(verdict.file, verdict)
    return failed


def raise_on_failure(delivery: str, verdicts: list[Verdict]) -> None:
    """Raise `GateFailed` naming the first fault in full and how many there are."""
    failed = [verdict for verdict in verdicts if not verdict.success]
    if not failed:
        return
    first = failed[0]
    message = sentence(
        delivery, first.expected, first.found, first.advice, first.file, first.column
    )
    if len(failed) > 1:
        more = "1 more file rule" if len(failed) == 2 else f"{len(failed) - 1} more"
        message += f" ({more} failed: `rasure deliveries --faults` lists all.)"
    raise GateFailed(message)


def _import() -> None:
    import great_expectations.expectations.core  # noqa: F401


def _column(rule: dict, value) -> str | None:
    """The file's column that a rule speaks of; None where it is the file as a whole."""
    if rule["column"] == "missing_columns" and value not in NOT_COLUMNS:
        return value
    return rule.get("about")


def _expected(rule: dict, profile: dict) -> str:
    """What a rule expects, with what the manifest states of it."""
    stated = profile["stated"].get(rule["column"])
    if stated is None:
        return rule["should"]
    return f"{rule['should']} ({shown(stated)})"


def _words(column: str, value, profile: dict) -> str:
    if value is None:
        return "not measured"
    if column.endswith("_share") or column == "share_of_before":
        share = f"{value:.1%}"
        if reason := profile.get(REASONS.get(column)):
            share += f" (most of them: {reason})"
        return share
    if column == "missing_columns" and value == HEADER_LINE:
        return "no header line"
    if column == "missing_columns" and value == EVERY_COLUMN:
        return "none of them, between commas, in its first line"
    if column == "months_ahead":
        return f"one {value:,} {'month' if value == 1 else 'months'} ahead"
    if column == "missing_columns" and value not in NOT_COLUMNS:
        return f"no column '{value}'"
    if column == "open_quote" and value != "none":
        return f"one that opens in {value} and never ends"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
