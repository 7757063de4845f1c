"""The simulator's own tables of facts and traits, read once.

`thames_valley_offences.csv` is the offence mix: each code's share of the crime recorded
in the last six full financial years (source: Home Office police recorded crime, Thames
Valley), `thames_valley_years.csv` the totals. `offence_traits.csv` says how an offence
behaves (by code, else by subgroup); those figures are the simulator's own judgement.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

TRAITS = (
    "public_share",
    "is_retail",
    "exact_share",
    "weapon",
    "knife",
    "domestic",
    "victim",
    "suspect",
    "positive",
    "late",
    "police",
)
SCOPES = ("never", "weapon", "always")
# Wounding and grievous bodily harm; the other subclasses of these need a weapon.
GRIEVOUS = (("8N", "008/01"), ("8P", "008/59"), ("8S", "008/01"), ("8S", "005/01"))


@dataclass(frozen=True)
class Offences:
    """The offence codes in a fixed order; arrays are by code.

    `shares` is (years, codes), each row summing to 1; `totals` (years,) recorded
    crimes; `trait[name]` floats; `hours` names an hour profile; `scope` indexes
    `SCOPES`; `subclasses` gives each code its subclasses and their cumulative weights.
    """

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    subgroups: tuple[str, ...]
    shares: np.ndarray
    totals: np.ndarray
    trait: dict[str, np.ndarray]
    hours: tuple[str, ...]
    scope: np.ndarray
    subclasses: tuple[tuple[tuple[str, ...], np.ndarray], ...]

    def index(self, *codes: str) -> np.ndarray:
        """The positions of codes, in the given order."""
        return np.array([self.codes.index(code) for code in codes])


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of this package's tables, every value as text."""
    path = resources.files("rasure.instruments.simulate").joinpath(f"facts/{name}.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def offences() -> Offences:
    """Read the offence mix, its traits and subclasses."""
    rows = table("thames_valley_offences")
    years = [name for name in rows[0] if name.startswith("share_")]
    shares = np.array([[float(row[year]) for row in rows] for year in years])
    traits = {row["key"]: row for row in table("offence_traits")}
    chosen = [
        traits.get(row["offence_code"]) or traits[row["subgroup"]] for row in rows
    ]
    return Offences(
        tuple(row["offence_code"] for row in rows),
        tuple(row["title"] for row in rows),
        tuple(row["subgroup"] for row in rows),
        shares / shares.sum(axis=1, keepdims=True),
        np.array([int(row["recorded_crimes"]) for row in table("thames_valley_years")]),
        {name: np.array([float(row[name]) for row in chosen]) for name in TRAITS},
        tuple(row["hours"] for row in chosen),
        np.array([SCOPES.index(row["scope"]) for row in chosen]),
        tuple(_subclasses(row["offence_code"]) for row in rows),
    )


def _subclasses(code: str) -> tuple[tuple[str, ...], np.ndarray]:
    own = [row for row in table_of_subclasses() if row["offence_code"] == code]
    if not own:
        return ("",), np.ones(1)
    weights = np.cumsum([float(row["weight"]) for row in own])
    return tuple(row["subclass"] for row in own), weights / weights[-1]


@cache
def table_of_subclasses() -> list[dict[str, str]]:
    """The Home Office class and subclass of each offence code, with its weight."""
    return table("subclasses")


@cache
def harm_days() -> dict[tuple[str, str], float]:
    """Days of harm of each offence that is drawn, by code and subclass.

    For instance (`8N`, `008/06`); the subclass of a code that has none is empty.
    They are read from the Cambridge Crime Harm Index for the simulator alone, by the
    Home Office's own codes: a warehouse is compared with them. A subclass with several
    scores has their median, a code that the index of 2020 lacks the median of its
    subgroup in that of 2026.
    """
    return {
        (row["offence_code"], row["subclass"]): float(row["harm_days"])
        for row in table("harm_days")
    }


def draw_subclasses(
    code: np.ndarray, draw: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """A subclass for each code by its weights: index (-1 for none) and all names.

    `draw` holds a number from 0 to 1 for each code.
    """
    names: list[str] = []
    index = np.full(len(code), -1)
    order = np.argsort(code, kind="stable")
    edges = np.searchsorted(code[order], np.arange(len(offences().codes) + 1))
    for number, (own, weights) in enumerate(offences().subclasses):
        rows = order[edges[number] : edges[number + 1]]
        if own != ("",):
            index[rows] = len(names) + np.searchsorted(
                weights, draw[rows], side="right"
            )
            names += own
    return index, tuple(names)


def is_grievous(code: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """True for each code whose drawn subclass is wounding or grievous bodily harm.

    That is serious violence without a weapon.
    """
    index, names = draw_subclasses(code, draw)
    subclass = np.array([*names, ""])[index]
    grievous = np.zeros(len(code), bool)
    for own_class, own_subclass in GRIEVOUS:
        if own_class in offences().codes:
            number = offences().codes.index(own_class)
            grievous |= (code == number) & (subclass == own_subclass)
    return grievous
