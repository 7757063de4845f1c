"""Plant habitual knife carriers, and traps: people whom a careless rule would list.

The rule: within two years of the day of the extract, two or more qualifying events of
different occurrences, 24 hours or more apart. An event qualifies if the person had or
used a knife and was charged, cautioned or convicted, or if a search found a knife on
the person. The traps are: eliminated, never charged, victim only, with someone, outside
the window, one occurrence twice, two events within a day, cancelled, and searched
without a find. `qualify` then applies the rule to everything that happened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.clock import DAY, HOUR, NONE
from rasure.instruments.simulate.crimes import Crimes
from rasure.instruments.simulate.involve import VICTIM, WITNESS, Others
from rasure.instruments.simulate.people import People
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.suspects import (
    CAUTIONED,
    CHARGED,
    CRIMINAL_AGE,
    ELIMINATED,
    NAMED,
    PROCESSED,
    Suspects,
)

YEARS = 2
YOUNG = 12  # one carrier in so many is under 18, and was ten before the two years
TRAPS = ("never charged", "eliminated", "victim only", "with someone", "outside window")
TRAPS += ("same occurrence", "within a day", "cancelled", "negative searches")
_IN_PLACE = {"never charged": NAMED, "eliminated": ELIMINATED}


@dataclass(frozen=True)
class Planted:
    """The true persons planted as carriers, and those in each trap.

    `doubled` are suspects' rows that must be written twice.
    """

    carriers: np.ndarray
    traps: dict[str, np.ndarray]
    doubled: np.ndarray


def window_start(as_at: int) -> int:
    """The first instant of the two years that end at `as_at` (seconds, UTC)."""
    moment = np.datetime64(as_at, "s")
    month = moment.astype("datetime64[M]")
    rest = moment - month.astype("datetime64[s]")
    return int(((month - 12 * YEARS).astype("datetime64[s]") + rest).astype(np.int64))


def plant(
    plan: Plan,
    crimes: Crimes,
    people: People,
    suspects: Suspects,
    others: Others,
    cancelled_at: np.ndarray,
) -> Planted:
    """Give knife events to carriers and traps; the arrays are changed in place."""
    rng = plan.rng("carriers")
    rows = np.flatnonzero(suspects.is_first & crimes.has_knife[suspects.occurrence])
    at = crimes.times.instant[suspects.occurrence[rows]]
    since = window_start(plan.end)
    recent = rng.permutation(rows[(at > since + 5 * DAY) & (at < plan.end - 40 * DAY)])
    older = rng.permutation(rows[at < since - 20 * DAY])
    each = max(1, len(recent) // 160)
    carriers = max(2, len(recent) // 16)
    spare = rng.permutation(np.arange(len(people))[people.reserved()])
    is_grown = people.born[spare] < plan.end // DAY - 19 * 366
    is_young = people.born[spare] > plan.end // DAY - 17 * 365
    is_young &= people.born[spare] < since // DAY - CRIMINAL_AGE
    grown, young = iter(spare[is_grown].tolist()), iter(spare[is_young].tolist())
    events = iter(recent.tolist())
    past = iter(older.tolist())
    doubled: list[int] = []

    def assign(person: int, row: int, status: int) -> None:
        occurrence = suspects.occurrence[row]
        suspects.person[row] = person
        suspects.status[row] = status
        start = crimes.times.reported[occurrence] + HOUR
        soon = min(plan.end - HOUR, int(start + rng.integers(1, 30) * DAY))
        suspects.processed_at[row] = soon if status in PROCESSED else NONE
        suspects.eliminated_at[row] = soon if status == ELIMINATED else NONE
        suspects.decided_at[row] = NONE
        cancelled_at[occurrence] = NONE

    def charge(person: int, row: int) -> None:
        assign(person, row, CAUTIONED if rng.random() < 0.15 else CHARGED)

    planted = []
    for turn in range(carriers):
        number = int(rng.choice([2, 2, 2, 3, 4]))
        own = [row for _, row in zip(range(number), events, strict=False)]
        person = next(young if turn % YOUNG == 1 else grown, None)
        if len(own) < 2 or person is None:
            break
        planted.append(person)
        for row in own:
            charge(person, row)
    trapped: dict[str, list[int]] = {trap: [] for trap in TRAPS}
    for trap in TRAPS:
        for _ in range(each):
            person, first = next(grown, None), next(events, None)
            second = next(past if trap == "outside window" else events, None)
            if person is None or first is None or second is None:
                continue
            trapped[trap].append(person)
            if trap in _IN_PLACE:
                assign(person, first, _IN_PLACE[trap])
                assign(person, second, _IN_PLACE[trap])
            elif trap in ("victim only", "with someone"):
                role = VICTIM if trap == "victim only" else WITNESS
                for row in (first, second):
                    _stand_by(others, suspects.occurrence[row], person, role)
            elif trap == "negative searches":
                continue
            elif trap == "same occurrence":
                charge(person, first)
                doubled.append(first)
            else:
                charge(person, first)
                charge(person, second)
            if trap == "within a day":
                _bring_near(crimes, *suspects.occurrence[[first, second]], plan.end)
            if trap == "cancelled":
                at = crimes.times.recorded[suspects.occurrence[second]] + DAY
                cancelled_at[suspects.occurrence[second]] = min(at, plan.end - HOUR)
    return Planted(
        np.array(planted, np.int64),
        {trap: np.array(own, np.int64) for trap, own in trapped.items()},
        np.array(doubled, np.int64),
    )


def _stand_by(others: Others, occurrence: int, person: int, role: int) -> None:
    """Give a person a role in an occurrence: replace its first other person, if any."""
    own = np.flatnonzero(others.occurrence == occurrence)
    if len(own):
        others.person[own[0]] = person
        others.role[own[0]] = role


def _bring_near(crimes: Crimes, first: int, second: int, end: int) -> None:
    """Move the second occurrence to three hours after the first."""
    times = crimes.times
    for name in ("instant", "occurred_from", "occurred_to", "reported", "recorded"):
        column = getattr(times, name)
        known = column[first] != NONE
        column[second] = min(column[first] + 3 * HOUR, end - 1) if known else NONE
    if times.occurred_from[first] == NONE:
        for row in (first, second):
            times.occurred_from[row] = times.instant[row]
