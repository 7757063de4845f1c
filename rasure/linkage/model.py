"""The model: how much each agreement between two records weighs, shipped or trained.

Fellegi and Sunter's model as splink 5 fits it: u from random pairs, m by expectation
maximisation on two sets of blocked pairs, the prior from pairs that agree on nearly
everything. splink's own messages are silenced: they may quote a condition, and no
message of a linkage may carry anything of a person.
"""

from __future__ import annotations

import hashlib
import logging
import tomllib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

import duckdb
import splink
from splink import DuckDBAPI, Linker, block_on

from rasure.linkage.rules import Rules

TERMS = ("forename", "surname", "birth_date")
# Pairs that are of one person in all but name: `known_recall` is the share they are.
KNOWN = (
    "l.forename = r.forename and l.surname = r.surname and l.birth_date = r.birth_date",
    "l.national_id = r.national_id",
)
HIGHEST_PRIOR = 1e-4
DECIDING = (
    "model.toml",
    "nicknames.csv",
    "two_names.csv",
    "names.py",
    "identifiers.py",
)


@dataclass(frozen=True)
class Model:
    """The parameters of scoring: the prior, and (m, u) by comparison and level."""

    kind: str  # shipped, trained
    records: int  # that it was made for
    prior: float
    levels: dict[str, dict[str, tuple[float, float]]]

    def as_dict(self) -> dict:
        """The parameters as JSON holds them."""
        return {"prior": self.prior, "levels": self.levels}

    @classmethod
    def from_dict(cls, kind: str, records: int, parameters: dict) -> Model:
        """What `as_dict` gave, as a model again."""
        levels = {
            comparison: {label: (m, u) for label, (m, u) in found.items()}
            for comparison, found in parameters["levels"].items()
        }
        return cls(kind, records, parameters["prior"], levels)


def versions(rules: Rules) -> dict[str, str]:
    """Of all that a score depends on, so that a change scores every pair again.

    `content` is a hash of the figures of the rules, of the nicknames and of how names,
    numbers, blocks and levels are made: nobody need remember to count a version up.
    """
    folder = resources.files(__package__)
    files = sorted([*folder.iterdir(), *folder.joinpath("sql").iterdir()], key=str)
    content = hashlib.sha256(repr(rules).encode())
    for file in files:
        if file.name in DECIDING or file.name.endswith(".sql"):
            content.update(file.read_bytes())
    return {
        "rules": rules.version,
        "model": _definition()["version"],
        "content": content.hexdigest()[:16],
        "splink": splink.__version__,
        "duckdb": duckdb.__version__,
    }


def shipped(records: int, rules: Rules) -> Model:
    """The shipped parameters, with a prior for `records` records.

    With n records, k a person, n (k - 1) / 2 of n (n - 1) / 2 pairs match.
    """
    prior = (rules.records_per_person - 1) / max(records - 1, 1)
    levels = {
        comparison["name"]: {
            level["label"]: (level["m"], level["u"]) for level in comparison["levels"]
        }
        for comparison in _definition()["comparisons"]
    }
    return Model("shipped", records, min(prior, HIGHEST_PRIOR), levels)


def train(duck: duckdb.DuckDBPyConnection, rules: Rules, records: int) -> Model:
    """Learn the parameters from DuckDB's table `records`."""
    start = shipped(records, rules)
    with quiet():
        linker = new_linker(duck, start)
        training = linker.training
        training.estimate_probability_two_random_records_match(
            list(KNOWN), recall=rules.known_recall
        )
        training.estimate_u_using_random_sampling(
            max_pairs=rules.random_pairs, seed=rules.seed, num_chunks=1
        )
        for rule in (block_on("birth_date"), block_on("forename", "surname")):
            training.estimate_parameters_using_expectation_maximisation(
                rule,
                estimate_without_term_frequencies=True,
                max_pairs=rules.blocked_pairs,
            )
        learnt = linker.misc.save_model_to_json()
        linker.table_management.delete_tables_created_by_splink_from_db()
    levels = {
        comparison["output_column_name"]: {
            level["label_for_charts"]: (
                level.get("m_probability") or known[0],
                level.get("u_probability") or known[1],
            )
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
            for known in [
                start.levels[comparison["output_column_name"]][
                    level["label_for_charts"]
                ]
            ]
        }
        for comparison in learnt["comparisons"]
    }
    prior = learnt["probability_two_random_records_match"]
    return Model("trained", records, prior, levels)


def new_linker(duck: duckdb.DuckDBPyConnection, model: Model) -> Linker:
    """A splink linker on DuckDB's table `records` with the model's parameters."""
    frame = DuckDBAPI(duck).register("records")
    return Linker(frame, _settings(model), log_level=None, validate_settings=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Let splink say nothing, whatever the caller's logging is."""
    logger = logging.getLogger("splink")
    was = logger.disabled, logger.level
    logger.disabled = True
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = was[0]
        logger.setLevel(was[1])


def _definition() -> dict:
    text = resources.files(__package__).joinpath("model.toml").read_text("utf-8")
    return tomllib.loads(text)


def _settings(model: Model) -> dict:
    """The model as splink's settings."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": model.prior,
        "retain_matching_columns": False,
        "comparisons": [
            {
                "output_column_name": comparison["name"],
                "comparison_levels": [
                    {
                        "sql_condition": comparison["missing"],
                        "label_for_charts": "missing",
                        "is_null_level": True,
                    },
                    *(
                        _level(level, *model.levels[comparison["name"]][level["label"]])
                        for level in comparison["levels"]
                    ),
                ],
            }
            for comparison in _definition()["comparisons"]
        ],
        "blocking_rules_to_generate_predictions": [],
    }


def _level(level: dict, m: float, u: float) -> dict:
    is_fixed = level.get("fixed", False)
    settings = {
        "sql_condition": level["condition"],
        "label_for_charts": level["label"],
        "m_probability": m,
        "u_probability": u,
        "fix_m_probability": is_fixed,
        "fix_u_probability": is_fixed,
    }
    if "term" in level:
        settings["tf_adjustment_column"] = level["term"]
    return settings
