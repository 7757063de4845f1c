"""The rules of linkage as data: `rules.toml`, with a version."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from rasure.linkage.errors import RulesRejected

LIMITS = {
    "merge": (0.5, 1.0),
    "review": (0.5, 1.0),
    "block": (2, 10_000),
    "postcode_records": (1, 10_000),
    "contact_records": (1, 10_000),
    "cluster_alarm": (1, 10_000),
    "vanished_share": (0.0, 1.0),
    "vanished_at_least": (0, 10_000_000),
    "twin_similarity": (0.0, 1.0),
    "unmerged": (False, True),
    "at_least": (1_000, 10_000_000),
    "random_pairs": (10_000, 1_000_000_000),
    "blocked_pairs": (10_000, 1_000_000_000),
    "seed": (0, 2**31),
    "known_recall": (0.01, 1.0),
    "records_per_person": (1.0, 100.0),
    "smoothing": (0, 1_000_000),
}


@dataclass(frozen=True)
class Rules:
    """The figures of `rules.toml`; each is explained there."""

    version: str
    merge: float
    review: float
    block: int
    postcode_records: int
    contact_records: int
    cluster_alarm: int
    vanished_share: float
    vanished_at_least: int
    twin_similarity: float
    unmerged: bool
    at_least: int
    random_pairs: int
    blocked_pairs: int
    seed: int
    known_recall: float
    records_per_person: float
    smoothing: int

    @classmethod
    def load(cls, path: Path | None = None, **changed) -> Rules:
        """Read the shipped rules, or those at `path`, with some figures `changed`.

        Raises `RulesRejected` for a figure that is missing, unknown or out of limits.
        """
        source = path or resources.files(__package__).joinpath("rules.toml")
        try:
            content = tomllib.loads(source.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise RulesRejected(f"The linkage rules cannot be read: {error}.") from None
        figures = {
            name: value
            for table in content.values()
            if isinstance(table, dict)
            for name, value in table.items()
        } | changed
        names = {field.name for field in dataclasses.fields(cls)} - {"version"}
        if figures.keys() != names or "version" not in content:
            wrong = sorted(figures.keys() ^ names) or ["version"]
            raise RulesRejected(
                f"The linkage rules must hold each figure once; see {', '.join(wrong)}."
            )
        for name, (low, high) in LIMITS.items():
            if not low <= figures[name] <= high:
                raise RulesRejected(
                    f"{name} is {figures[name]}; it must be from {low} to {high}."
                )
        if figures["review"] > figures["merge"]:
            raise RulesRejected("review must not be above merge.")
        return cls(version=content["version"], **figures)
