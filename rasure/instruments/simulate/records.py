"""Records: how many each person has, and their faults.

Every person has a first record; about one in six has more, because an officer did not
find the first. A further record may have a slip in the name, a nickname or alias,
another spelling, a day and month swapped, a year only, an older address. Record serials
are shuffled, so that no order gives a person away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.clock import NONE
from rasure.instruments.simulate.names import Names, names, slip, variants
from rasure.instruments.simulate.people import People
from rasure.instruments.simulate.plan import Plan

AGAIN = (0.135, 0.025, 0.008)  # chance of a second, third, fourth record
FAULTS = ("slip", "nickname", "spelling", "alias", "swapped", "year only", "no date")
CHANCES = (0.09, 0.06, 0.25, 0.02, 0.05, 0.02, 0.03)


@dataclass(frozen=True)
class Records:
    """Records of people; arrays are by record, the first of each person first.

    `person` is the true person, `serial` the record's own number; `words` the
    vocabulary of `forename`, `middle`, `surname`; `home` (records, 2) the address as
    known then; `first` is by person: the place of its first record, `further` how many
    more it has, which stand from `start` on. `is_known` are records that were delivered
    before.
    """

    person: np.ndarray
    serial: np.ndarray
    words: tuple[str, ...]
    forename: np.ndarray
    middle: np.ndarray
    surname: np.ndarray
    born: np.ndarray
    is_estimated: np.ndarray
    sex: np.ndarray
    home: np.ndarray
    has_national_id: np.ndarray
    fault: np.ndarray
    further: np.ndarray
    start: np.ndarray
    is_known: np.ndarray

    def __len__(self) -> int:
        return len(self.person)

    def of(self, rng, people: np.ndarray) -> np.ndarray:
        """A record for each mention of a person (-1 for none): mostly the first."""
        first = np.maximum(people, 0)
        pick = (rng.random(len(people)) * (self.further[first] + 1.6)) - 1.6
        later = self.start[first] + np.floor(np.maximum(pick, 0)).astype(np.int64)
        record = np.where(pick >= 0, later, first)
        return np.where(people < 0, -1, record)

    def meet(self, person: np.ndarray, serials: np.ndarray) -> None:
        """Make some people known ones: all their records are that one record."""
        known_serial = np.full(len(self.further), -1)
        known_serial[person] = serials
        own = known_serial[self.person]
        self.serial[own >= 0] = own[own >= 0]
        self.is_known[own >= 0] = True


def write_down(plan: Plan, people: People, first_serial: int) -> Records:
    """Make one or more records of each person."""
    rng = plan.rng("records")
    count = len(people)
    draw = rng.random(count)
    further = sum((draw < chance).astype(np.int64) for chance in np.cumsum(AGAIN[::-1]))
    further[people.sort(3)] = 0
    start = count + np.cumsum(further) - further
    person = np.concatenate([np.arange(count), np.repeat(np.arange(count), further)])
    extra = np.arange(count, len(person))
    words = names()
    columns = {
        name: getattr(people, name)[person].copy()
        for name in ("forename", "middle", "surname", "born", "sex", "home")
    }
    estimated = np.zeros(len(person), bool)
    moved = extra[
        (people.former_home[person[extra], 0] >= 0) & (rng.random(len(extra)) < 0.6)
    ]
    columns["home"][moved] = people.former_home[person[moved]]
    fault = rng.random((len(person), len(FAULTS))) < np.array(CHANCES)
    fault[:count] &= rng.random((count, 1)) < 0.08  # first records are mostly clean
    vocabulary = _misnamed(rng, words, columns, fault)
    _misdated(rng, columns["born"], estimated, fault)
    columns["sex"][rng.random(len(person)) < 0.004] = 3
    columns["middle"][extra[rng.random(len(extra)) < 0.4]] = -1
    national = people.has_national_id[person].copy()
    national[extra] &= rng.random(len(extra)) < 0.55
    serial = first_serial + rng.permutation(len(person))
    code = np.where(fault.any(axis=1), np.argmax(fault, axis=1), -1).astype(np.int8)
    return Records(
        person=person,
        serial=serial,
        words=vocabulary,
        is_estimated=estimated,
        has_national_id=national,
        fault=code,
        further=further,
        start=start,
        is_known=np.zeros(len(person), bool),
        **columns,
    )


def _misnamed(rng, known: Names, columns: dict, fault: np.ndarray) -> tuple[str, ...]:
    """Put the faults into the names; returns the vocabulary with what was added."""
    numbers = {word: number for number, word in enumerate(known.words)}

    def number(word: str) -> int:
        return numbers.setdefault(word, len(numbers))

    words = known.words
    other = variants()
    for row in np.flatnonzero(fault[:, :4].any(axis=1)):
        slipped, nicknamed, respelt, alias = fault[row, :4]
        for name in ("forename", "surname"):
            word = words[columns[name][row]]
            if nicknamed and name == "forename" and word in other["nickname"]:
                forms = other["nickname"][word]
            elif respelt and word in other["transliteration"]:
                forms = other["transliteration"][word]
            else:
                continue
            columns[name][row] = number(forms[int(rng.integers(0, len(forms)))])
        if alias:
            columns["surname"][row] = int(rng.integers(0, len(words)))
        if slipped:
            name = "surname" if rng.random() < 0.6 else "forename"
            if columns[name][row] < len(words):
                columns[name][row] = number(slip(words[columns[name][row]], rng))
    return tuple(numbers)


def _misdated(rng, born: np.ndarray, estimated: np.ndarray, fault: np.ndarray) -> None:
    """Swap day and month if that is a date, keep only the year, or drop the date."""
    dates = born.astype("datetime64[D]")
    year = dates.astype("datetime64[Y]")
    month = (dates.astype("datetime64[M]") - year.astype("datetime64[M]")).astype(
        int
    ) + 1
    day = (dates - dates.astype("datetime64[M]")).astype(int) + 1
    swapped = fault[:, 4] & (day <= 12) & (day != month)
    moved = year.astype("datetime64[M]") + (day - 1).clip(0, 11)
    moved = moved.astype("datetime64[D]") + (month - 1)
    born[swapped] = moved.astype(np.int64)[swapped]
    only = fault[:, 5]
    born[only] = year.astype("datetime64[D]").astype(np.int64)[only]
    estimated[only] = True
    born[fault[:, 6]] = NONE
