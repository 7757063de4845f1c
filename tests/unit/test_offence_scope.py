"""Which subclasses of assault with injury are serious violence, and with what."""

from __future__ import annotations

import csv

import pytest

from rasure.settings import CHECKOUT

SCOPE = CHECKOUT / "dbt" / "seeds" / "niche_rms" / "offence_scope.csv"
HARM = CHECKOUT / "dbt" / "seeds" / "niche_rms" / "harm_days.csv"
# Every subclass of the three classes in the Cambridge Crime Harm Index of 2020.
GRIEVOUS = {("8N", "1"), ("8P", "59"), ("8S", "1"), ("8S", "5/1")}
WITH_A_WEAPON = {
    *(("8N", subclass) for subclass in ("2", "4", "6", "20", "21", "22", "52", "69")),
    ("8P", "60"),
    ("8S", "6"),
}


def rows(path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def scope() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["ho_class"], row["ho_subclass"]): row for row in rows(SCOPE)}


def rule(scope, code: tuple[str, str]) -> dict[str, str]:
    """The row that decides: that of the subclass, else that of the class."""
    return scope.get(code) or scope[code[0], ""]


def test_every_subclass_of_the_classes_is_named_here() -> None:
    known = {
        (row["ho_class"], row["ho_subclass"])
        for row in rows(HARM)
        if row["ho_class"] in ("8N", "8P", "8S") and row["ho_subclass"]
    }
    assert known == GRIEVOUS | WITH_A_WEAPON


@pytest.mark.parametrize("code", sorted(GRIEVOUS))
def test_wounding_is_grievous_bodily_harm_without_a_weapon(scope, code) -> None:
    row = rule(scope, code)
    assert row["crime_type"] == "Grievous bodily harm"
    assert (row["is_serious_violence"], row["needs_weapon"]) == ("true", "false")


@pytest.mark.parametrize("code", sorted(WITH_A_WEAPON))
def test_other_assault_with_injury_needs_a_weapon(scope, code) -> None:
    row = rule(scope, code)
    assert row["crime_type"] == "Serious violence with injury"
    assert (row["is_serious_violence"], row["needs_weapon"]) == ("true", "true")
