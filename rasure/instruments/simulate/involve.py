"""Draw everyone but the suspects: victims, witnesses and reporting persons.

Victims come back: the same people and the same homes; in domestic abuse the same two
people. Some suspects are victims of the same occurrence, some victims are offenders at
other times. A crime in a dwelling with a victim happened in the victim's home.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.crimes import PLACES, Crimes
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.people import People
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.suspects import Suspects

ON_DUTY = ("8S", "104", "8T")
FROM_OFFENDERS = 0.08  # of victims are people who also offend
COUNTER = 0.015  # of violent occurrences' victims are suspects of it too
(
    VICTIM,
    VICTIM_REPORTS,
    AGGRIEVED,
    WITNESS,
    REPORTER,
    WITNESS_REPORTS,
    INTEREST,
    OTHER,
) = range(8)


@dataclass(frozen=True)
class Others:
    """One row per person and occurrence, without suspects; `role` is of this module."""

    occurrence: np.ndarray
    person: np.ndarray
    role: np.ndarray

    def __len__(self) -> int:
        return len(self.occurrence)


def involve(
    plan: Plan, crimes: Crimes, people: People, suspects: Suspects
) -> tuple[Others, np.ndarray]:
    """Draw everyone but the suspects; returns them and each occurrence's home.

    The home is (occurrences, 2), cell and number of the victim's address where it
    happened there, else -1; `crimes.cell` is moved to it.
    """
    rng = plan.rng("involve")
    count, crime = len(crimes), crimes.is_crime
    code = np.maximum(crimes.offence, 0)
    trait = offences().trait["victim"][code]
    has_victim = np.flatnonzero(crime & (rng.random(count) < trait))
    victim = _victims(rng, crimes, people, suspects, has_victim)
    home = np.full((count, 2), -1)
    at_home = (crimes.kind[has_victim] == 1) & (
        crimes.location_type[has_victim] == PLACES["dwelling"]
    )
    at_home &= crimes.institution[has_victim] < 0
    rows = has_victim[at_home]
    home[rows] = people.home[victim[at_home]]
    crimes.cell[rows] = home[rows, 0]
    role = np.where(rng.random(len(victim)) < 0.5, VICTIM, VICTIM_REPORTS)
    role[rng.random(len(victim)) < 0.05] = AGGRIEVED
    blocks = [(has_victim, victim, role)]
    more = has_victim[rng.random(len(has_victim)) < 0.09]
    blocks.append((more, _public(rng, people, len(more)), np.full(len(more), VICTIM)))
    for chance, kind in ((0.46, REPORTER), (0.35, WITNESS), (0.04, WITNESS_REPORTS)):
        rows = np.flatnonzero(crime & (rng.random(count) < chance))
        blocks.append((rows, _public(rng, people, len(rows)), np.full(len(rows), kind)))
    rows = np.flatnonzero(~crime)
    interest = np.where(rng.random(len(rows)) < 0.5, INTEREST, REPORTER)
    blocks.append((rows, _anyone(rng, people, len(rows)), interest))
    rows = np.flatnonzero(rng.random(count) < 0.11)
    blocks.append((rows, _anyone(rng, people, len(rows)), np.full(len(rows), OTHER)))
    occurrence, person, role = (
        np.concatenate(part) for part in zip(*blocks, strict=True)
    )
    return Others(occurrence, person, role.astype(np.int8)), home


def _victims(rng, crimes, people, suspects, occurrence) -> np.ndarray:
    """A victim for each occurrence: a partner, an officer, an offender, or anyone."""
    victim = _public(rng, people, len(occurrence))
    offenders = rng.random(len(occurrence)) < FROM_OFFENDERS
    low, high = people.edges[1], people.edges[3]
    victim[offenders] = rng.integers(low, high, offenders.sum())
    named = np.full(len(crimes), -1)
    first = suspects.is_first
    named[suspects.occurrence[first]] = suspects.person[first]
    by = named[occurrence]
    partner = crimes.is_domestic[occurrence] & (by >= 0)
    victim[partner] = partner_of(people, by[partner])
    duty = np.isin(crimes.offence[occurrence], offences().index(*ON_DUTY))
    officials = people.sort(3)
    victim[duty] = rng.integers(officials.start, officials.stop, duty.sum())
    counter = (by >= 0) & (crimes.weapon[occurrence] >= 0) & ~partner & ~duty
    counter &= rng.random(len(occurrence)) < COUNTER * 4
    victim[counter] = by[counter]
    same = (victim == by) & ~counter
    victim[same] = _public(rng, people, same.sum())
    return victim


def partner_of(people: People, person: np.ndarray) -> np.ndarray:
    """The one member of the public whom a person's domestic abuse is against."""
    return (person * 2_654_435_761 + 97) % people.edges[1]


def _public(rng, people: People, count: int) -> np.ndarray:
    """Members of the public, some far more often than others."""
    edges = np.cumsum(people.weight[: people.edges[1]])
    return np.searchsorted(edges, rng.random(count) * edges[-1])


def _anyone(rng, people: People, count: int) -> np.ndarray:
    """Anyone but officials."""
    return rng.integers(0, people.edges[3], count)
