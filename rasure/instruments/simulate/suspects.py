"""The suspects of each occurrence, and how far each case came: named to convicted.

Many offenders are seen once and do the graver harm; a few are busy for a year or two
and do much of the rest. So a tenth of the offenders of a year hold most of its harm,
and next year's are others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.crimes import Crimes
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.people import People
from rasure.instruments.simulate.plan import Plan

NAMED, ARRESTED, ELIMINATED, RESOLVED, CAUTIONED, CHARGED, CONVICTED = range(7)
POSITIVE = (RESOLVED, CAUTIONED, CHARGED, CONVICTED)
PROCESSED = (CAUTIONED, CHARGED, CONVICTED)
SEVERE = ("1", "2", "5D", "5E", "3A", "36", "34A", "34B", "62A", "10A")
CAREER = 0.26 * 365.25 * DAY  # spread of a persistent offender's time, seconds
CRIMINAL_AGE = 10 * 365.25


@dataclass(frozen=True)
class Suspects:
    """One row per suspect of an occurrence, the first suspect first.

    `status` is one of the module's; `processed_at` the instant of the charge, caution
    or resolution, `eliminated_at` and `decided_at` (the verdict) likewise, `NONE`
    without.
    """

    occurrence: np.ndarray
    person: np.ndarray
    status: np.ndarray
    processed_at: np.ndarray
    eliminated_at: np.ndarray
    decided_at: np.ndarray
    is_first: np.ndarray

    def __len__(self) -> int:
        return len(self.occurrence)


def is_severe(crimes: Crimes) -> np.ndarray:
    """True for an offence that is followed by a charge, never by a caution."""
    mix = offences()
    severe = np.isin(mix.codes, SEVERE) | (np.array(mix.subgroups) == "Rape offences")
    return crimes.is_crime & severe[np.maximum(crimes.offence, 0)]


def suspect(plan: Plan, crimes: Crimes, people: People) -> Suspects:
    """Draw suspects and the result for each."""
    mix, rng = offences(), plan.rng("suspects")
    code = np.maximum(crimes.offence, 0)
    named = crimes.is_crime & (rng.random(len(crimes)) < mix.trait["suspect"][code])
    first = np.flatnonzero(named)
    second = first[rng.random(len(first)) < 0.09]
    third = second[rng.random(len(second)) < 0.25]
    occurrence = np.concatenate([first, second, third])
    is_first = np.arange(len(occurrence)) < len(first)
    severe = is_severe(crimes)[occurrence]
    person = _who(rng, plan, people, crimes.times.instant[occurrence], severe)
    positive = np.zeros(len(crimes), bool)
    positive[first] = rng.random(len(first)) < mix.trait["positive"][code[first]]
    hit = positive[occurrence] & (is_first | (rng.random(len(occurrence)) < 0.6))
    status = _status(rng, crimes, occurrence, hit, severe)
    delay = (rng.gamma(0.9, 34, len(occurrence)) * DAY).astype(np.int64)
    at = crimes.times.reported[occurrence] + 3_600 + delay
    too_late = at >= plan.end
    status[too_late & np.isin(status, (*POSITIVE, ELIMINATED))] = ARRESTED
    age = crimes.times.instant[occurrence] // DAY - people.born[person]
    status[(age < CRIMINAL_AGE) & (status != ELIMINATED)] = NAMED
    processed = np.where(np.isin(status, POSITIVE), at, NONE)
    eliminated = np.where(status == ELIMINATED, at, NONE)
    verdict = at + (rng.gamma(2.0, 75, len(at)) * DAY).astype(np.int64)
    convicted = status == CONVICTED
    status[convicted & (verdict >= plan.end)] = CHARGED
    decided = np.where(status == CONVICTED, verdict, NONE)
    return Suspects(
        occurrence, person, status, processed, eliminated, decided, is_first
    )


def _who(rng, plan: Plan, people: People, instant, severe) -> np.ndarray:
    """A person for each: of those seen once in turn, or of those busy at the time."""
    once = rng.random(len(instant)) < np.where(severe, 0.96, 0.47)
    occasional, persistent = people.sort(1), people.sort(2)
    pool = people.reserved().start - occasional.start
    person = np.zeros(len(instant), np.int64)
    turn = rng.permutation(pool)
    person[once] = occasional.start + turn[np.arange(once.sum()) % pool]
    edges = np.cumsum(people.weight[persistent])
    near = instant[~once] + rng.normal(0, CAREER, (~once).sum())
    career = people.career[persistent]
    at = np.searchsorted(career, near).clip(0, len(career) - 1)
    reach = edges[-1] * 2 * DAY * 20 / max(1, career[-1] - career[0])
    target = edges[at] + rng.uniform(-reach, reach, len(at))
    drawn = np.searchsorted(edges, target.clip(0, edges[-1] * 0.999999))
    person[~once] = persistent.start + drawn
    return person


def _status(rng, crimes: Crimes, occurrence, hit, severe) -> np.ndarray:
    """The status of each suspect: charged, cautioned or resolved if detected."""
    count = len(occurrence)
    draw = rng.random(count)
    lost = np.where(draw < 0.09, ELIMINATED, np.where(draw < 0.32, ARRESTED, NAMED))
    draw = rng.random(count)
    grave = severe | crimes.has_knife[occurrence] | crimes.is_domestic[occurrence]
    light = np.where(draw < 0.20, RESOLVED, np.where(draw < 0.34, CAUTIONED, CHARGED))
    heavy = np.where((draw < 0.12) & ~severe, CAUTIONED, CHARGED)
    won = np.where(grave, heavy, light)
    won = np.where((won == CHARGED) & (rng.random(count) < 0.5), CONVICTED, won)
    return np.where(hit, won, lost).astype(np.int8)
