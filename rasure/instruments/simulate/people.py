"""The true people of a simulated force: who they are, where they live, what they do.

Four sorts stand one behind another: the public, people who offend once or twice,
persistent offenders (in the order of the middle of their careers), and officials. One
in twelve is a sibling of the one before, at the same address; a few are twins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.ground import Ground
from rasure.instruments.simulate.names import ORIGINS, names
from rasure.instruments.simulate.plan import Plan
from rasure.sources.niche_rms.terms import TERMS

PER_CRIME = 0.43  # true people for each crime of a history
SHARES = (0.51, 0.43, 0.055, 0.005)  # public, occasional, persistent, officials
PER_CRIME_OF_A_DAY = 2.2  # on one day hardly anyone is involved twice
SHARES_OF_A_DAY = (0.50, 0.25, 0.24, 0.01)
RESERVED, RESERVED_LEAST = 0.03, 80  # occasional offenders left for what is planted
SIBLINGS, TWINS, MOVED = 0.08, 0.004, 0.25
HOMES = 1_000  # numbers of a cell's addresses from here on are homes
HOMES_A_CELL = 400
BUSIEST = 12  # times as often as the median person
FEMALE, MALE = 0, 1


@dataclass(frozen=True)
class People:
    """True people; arrays are by person.

    `born` is a day since 1970; `home` and `former_home` are (people, 2): cell and
    number of an address, the former -1 for who never moved; `has_national_id` says
    whether the Police National Computer knows them; `edges` are the bounds of the four
    sorts; `career` the middle of a persistent offender's time, `weight` how busy a
    person is.
    """

    sex: np.ndarray
    origin: np.ndarray
    forename: np.ndarray
    middle: np.ndarray
    surname: np.ndarray
    born: np.ndarray
    ethnicity: np.ndarray
    died: np.ndarray
    home: np.ndarray
    former_home: np.ndarray
    has_national_id: np.ndarray
    weight: np.ndarray
    career: np.ndarray
    edges: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.sex)

    def sort(self, number: int) -> slice:
        """The persons of a sort: 0 public, 1 occasional, 2 persistent, 3 officials."""
        return slice(self.edges[number], self.edges[number + 1])

    def reserved(self) -> slice:
        """The occasional offenders whom no draw selects; they are planted later."""
        own = self.sort(1)
        count = own.stop - own.start
        spare = min(count // 2, max(RESERVED_LEAST, int(count * RESERVED)))
        return slice(own.stop - spare, own.stop)


def populate(plan: Plan, ground: Ground, crimes: int) -> People:
    """Draw the people for that many crimes."""
    rng = plan.rng("people")
    each = PER_CRIME_OF_A_DAY if plan.step else PER_CRIME
    shares = SHARES_OF_A_DAY if plan.step else SHARES
    sizes = [max(20, int(crimes * each * share)) for share in shares]
    edges = (0, *np.cumsum(sizes).tolist())
    count = edges[-1]
    sort = np.repeat(np.arange(4), sizes)
    male = rng.random(count) < np.array([0.48, 0.78, 0.85, 0.6])[sort]
    sex = np.where(male, MALE, FEMALE).astype(np.int8)
    sex[rng.random(count) < 0.003] = TERMS["sexes"].index("other")
    shares = np.cumsum([share for _, share, _ in ORIGINS])
    origin = np.searchsorted(shares / shares[-1], rng.random(count)).astype(np.int8)
    forename, surname = _named(rng, sex, origin)
    middle, _ = _named(rng, sex, origin)
    middle[rng.random(count) < 0.45] = -1
    born = _born(rng, plan, sort)
    home = _homes(rng, ground, count)
    former = _homes(rng, ground, count)
    former[rng.random(count) >= MOVED] = -1
    kin = _kin(rng, sort)
    for column in (surname, origin):
        column[kin] = column[kin - 1]
    home[kin] = home[kin - 1]
    twin = kin[rng.random(len(kin)) < TWINS / SIBLINGS]
    years_apart = rng.integers(330, 2_600, len(kin)) * rng.choice([-1, 1], len(kin))
    born[kin] = np.minimum(born[kin - 1] + years_apart, plan.end // DAY - 400)
    born[twin] = born[twin - 1]
    alike = twin[forename[twin] == forename[twin - 1]]
    forename[alike] = middle[alike]  # twins never bear one name
    known = rng.random(count) < np.array([0.02, 0.22, 0.95, 0.0])[sort]
    weight = rng.lognormal(0, np.array([1.0, 0.3, 1.1, 0.5])[sort])
    weight = np.minimum(weight, BUSIEST)
    career = np.full(count, NONE)
    persistent = slice(edges[2], edges[3])
    span = (plan.windows[0][0] - 180 * DAY, plan.end + 180 * DAY)
    career[persistent] = np.sort(rng.integers(*span, sizes[2]))
    of_origin = np.array([TERMS["ethnicities"].index(term) for _, _, term in ORIGINS])
    ethnicity = of_origin[origin].astype(np.int8)
    ethnicity[rng.random(count) < 0.18] = TERMS["ethnicities"].index("not stated")
    died = np.where(
        rng.random(count) < 0.004,
        plan.end // DAY - rng.integers(1, 365 * plan.years, count),
        NONE,
    )
    return People(
        sex,
        origin,
        forename,
        middle,
        surname,
        born,
        ethnicity,
        died,
        home,
        former,
        known,
        weight,
        career,
        edges,
    )


def _named(rng, sex, origin) -> tuple[np.ndarray, np.ndarray]:
    """Forename and surname numbers by sex and origin."""
    forename, surname = np.zeros(len(sex), np.int64), np.zeros(len(sex), np.int64)
    for number, (female, male, family) in enumerate(names().lists):
        for given, who in ((male, sex == MALE), (female, sex != MALE)):
            rows = np.flatnonzero((origin == number) & who)
            forename[rows] = _weighted(rng, given, len(rows))
        rows = np.flatnonzero(origin == number)
        surname[rows] = _weighted(rng, family, len(rows))
    return forename, surname


def _weighted(rng, listed, count: int) -> np.ndarray:
    numbers, edges = listed
    return numbers[np.searchsorted(edges, rng.random(count), side="right")]


def _born(rng, plan: Plan, sort: np.ndarray) -> np.ndarray:
    """Days of birth: the public of all ages, offenders young, officials adult."""
    count = len(sort)
    age = np.where(rng.random(count) < 0.12, rng.uniform(6, 18, count), 0)
    grown = 18 + rng.gamma(3.0, 9.5, count)
    age = np.where(age > 0, age, np.minimum(grown, 95))
    young = 12.5 + plan.years * 0.1 + rng.gamma(2.0, 9.5, count)
    age = np.where((sort == 1) | (sort == 2), np.minimum(young, 80), age)
    age = np.where(sort == 3, rng.uniform(24, 60, count), age)
    return (plan.end // DAY - age * 365.25).astype(np.int64)


def _homes(rng, ground: Ground, count: int) -> np.ndarray:
    """(count, 2): the cell and the number of a home, by where people live."""
    total = np.cumsum(ground.rates["residential"][0])
    cell = np.searchsorted(total, rng.random(count) * total[-1])
    number = HOMES + (HOMES_A_CELL * rng.random(count) ** 1.5).astype(np.int64)
    return np.stack([np.minimum(cell, len(total) - 1), number], axis=1)


def _kin(rng, sort: np.ndarray) -> np.ndarray:
    """True for a sibling of the person before: never two in a row, within one sort."""
    kin = rng.random(len(sort)) < SIBLINGS
    kin[0] = False
    kin[1:] &= (sort[1:] == sort[:-1]) & (sort[1:] != 3)
    kin[1:] &= ~kin[:-1]
    return np.flatnonzero(kin)
