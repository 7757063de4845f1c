"""A seeded set of invented person records that are hard to link, with the truth.

It has twins, siblings at one address, fathers and sons of one name, aliases,
diminutives, misspelt and differently romanised names, swapped names, wrong, swapped,
estimated and missing dates of birth, and people who moved or married. Names come from
Faker's lists; nobody in it exists. One seed makes the same set on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import psycopg

from rasure.instruments.linkage_quality.hard_names import Names, misspell, respell

FORCE = "thames-valley"
COLUMNS = (
    "force text, person_id text, person_type text, national_id text, cro_number text,"
    " date_of_birth date, is_birth_date_estimated boolean, sex text, forenames text[],"
    " surnames text[], postcodes text[], contacts text[]"
)
FIRST_ID = 10**15
ORIGINS = {"british": 0.70, "south asian": 0.12, "polish": 0.09, "romanian": 0.09}
# Probabilities for a person.
SIBLING, TWIN, NAMESAKE, WITH_NUMBER = 0.08, 0.004, 0.002, 0.25
ANOTHER_RECORD = 0.53  # geometric: 2.1 records a person
# Probabilities for a record.
TYPO, RESPELT, DIMINUTIVE, ALIAS, SWAPPED, MARRIED = 0.07, 0.06, 0.05, 0.015, 0.01, 0.02
DAY_MONTH, DIGIT, ESTIMATED, NO_BIRTH_DATE = 0.025, 0.03, 0.025, 0.02
MOVED, NO_POSTCODE, NO_SEX, WRONG_SEX = 0.25, 0.10, 0.03, 0.004
CONTACT, NEW_CONTACT, NUMBER_SHOWN = 0.5, 0.3, 0.7


@dataclass
class Human:
    """One made-up person, as they are."""

    number: int
    origin: str
    sex: str
    forename: str
    surname: str
    birth_date: date
    postcode: str
    telephone: str
    national_id: str | None
    past_postcodes: list[str] = field(default_factory=list)
    maiden_name: str | None = None


@dataclass(frozen=True)
class HardSet:
    """Records as `core.person_records` has them.

    `truth` is the number of the person of each person id, `origin` the origin of that
    person's name.
    """

    records: list[tuple]
    truth: dict[str, int]
    origin: dict[str, str]


def make(people: int, seed: int = 1, first_id: int = FIRST_ID) -> HardSet:
    """Make about 2.1 records for each of `people` persons; one seed, one set."""
    chance = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    names = Names(chance)
    rows: list[tuple[Human, tuple]] = []
    for human in _people(chance, names, people):
        rows.append((human, _record(chance, names, human)))
        while chance.random() < ANOTHER_RECORD:
            _live(chance, names, human)
            rows.append((human, _record(chance, names, human)))
    chance.shuffle(rows)
    records, truth, origin = [], {}, {}
    for number, (human, row) in enumerate(rows):
        person_id = str(first_id + number)
        records.append((FORCE, person_id, *row))
        truth[person_id] = human.number
        origin[person_id] = human.origin
    return HardSet(records, truth, origin)


def plant(connection: psycopg.Connection, hard_set: HardSet, relation: str) -> None:
    """Make `relation` in the warehouse and copy the records into it."""
    connection.execute(f"create schema if not exists {relation.split('.')[0]}")
    connection.execute(f"drop table if exists {relation}")
    connection.execute(f"create table {relation} ({COLUMNS})")
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {relation} from stdin") as copy,
    ):
        for record in hard_set.records:
            copy.write_row(record)


def _people(chance: random.Random, names: Names, count: int) -> Iterator[Human]:
    last: Human | None = None
    for number in range(count):
        kind = chance.random()
        if last is not None and kind < SIBLING + TWIN + NAMESAKE:
            human = _human(chance, names, number, last.origin)
            human.surname, human.postcode = last.surname, last.postcode
            if chance.random() < 0.3:
                human.telephone = last.telephone
            if kind < TWIN:
                human.birth_date = last.birth_date
            elif kind < TWIN + NAMESAKE:
                human.forename, human.sex = last.forename, last.sex
                human.birth_date = last.birth_date + timedelta(
                    chance.randint(7000, 14000)
                )
            else:
                apart = timedelta(chance.randint(300, 3000))
                human.birth_date = last.birth_date + apart
            if human.forename == last.forename and kind >= TWIN + NAMESAKE:
                human.forename = names.forename(human.origin, human.sex)
        else:
            origin = chance.choices(list(ORIGINS), list(ORIGINS.values()))[0]
            human = _human(chance, names, number, origin)
        last = human
        yield human


def _human(chance: random.Random, names: Names, number: int, origin: str) -> Human:
    sex = "male" if chance.random() < 0.65 else "female"
    born = date(1945, 1, 1) + timedelta(int(24_000 * chance.betavariate(2.5, 1.8)))
    return Human(
        number,
        origin,
        sex,
        names.forename(origin, sex),
        names.surname(origin, sex),
        born,
        _postcode(chance),
        f"07{chance.randrange(10**9):09d}",
        _national_id(chance, born) if chance.random() < WITH_NUMBER else None,
    )


def _live(chance: random.Random, names: Names, human: Human) -> None:
    """Change a person between two of their records: move, new telephone, marriage."""
    if chance.random() < MOVED:
        human.past_postcodes.append(human.postcode)
        human.postcode = _postcode(chance)
    if chance.random() < NEW_CONTACT:
        human.telephone = f"07{chance.randrange(10**9):09d}"
    if human.sex == "female" and not human.maiden_name and chance.random() < MARRIED:
        human.maiden_name = human.surname
        human.surname = names.surname(human.origin, human.sex)


def _record(chance: random.Random, names: Names, human: Human) -> tuple:
    forename, surname = human.forename, human.surname
    forenames, surnames = [], []
    if chance.random() < ALIAS:
        if chance.random() < 0.6:
            forenames, surnames = [forename], [surname]
        forename = names.forename(human.origin, human.sex)
        surname = names.surname(human.origin, human.sex)
    if chance.random() < DIMINUTIVE:
        forename = names.diminutive(forename)
    if chance.random() < RESPELT:
        forename = respell(chance, forename)
    if chance.random() < RESPELT:
        surname = respell(chance, surname)
    if chance.random() < TYPO:
        if chance.random() < 0.5:
            forename = misspell(chance, forename)
        else:
            surname = misspell(chance, surname)
    if chance.random() < SWAPPED:
        forename, surname = surname, forename
    if human.maiden_name and chance.random() < 0.5:
        surnames = [*surnames, human.maiden_name]
    born, is_estimated = _birth_date(chance, human.birth_date)
    postcodes = [human.postcode]
    if human.past_postcodes and chance.random() < 0.5:
        postcodes.append(human.past_postcodes[-1])
    sex = human.sex
    if chance.random() < WRONG_SEX:
        sex = "female" if sex == "male" else "male"
    shows_number = human.national_id and chance.random() < NUMBER_SHOWN
    return (
        "nominal",
        human.national_id if shows_number else None,
        None,
        born,
        is_estimated,
        "unknown" if chance.random() < NO_SEX else sex,
        [forename, *forenames],
        [surname.upper() if chance.random() < 0.3 else surname, *surnames],
        [] if chance.random() < NO_POSTCODE else postcodes,
        [human.telephone] if chance.random() < CONTACT else [],
    )


def _birth_date(chance: random.Random, born: date) -> tuple[date | None, bool]:
    fault = chance.random()
    if fault < NO_BIRTH_DATE:
        return None, False
    fault -= NO_BIRTH_DATE
    if fault < ESTIMATED:
        return date(born.year + chance.randint(-2, 2), 1, 1), True
    fault -= ESTIMATED
    if fault < DAY_MONTH and born.day <= 12:
        return date(born.year, born.day, born.month), False
    if DAY_MONTH <= fault < DAY_MONTH + DIGIT:
        years = chance.choice([-10, -1, 1, 10])
        days = {"year": 0, "day": chance.choice([-10, -1, 1, 10])}
        if chance.random() < 0.5:
            return born.replace(year=born.year + years, day=min(born.day, 28)), False
        return born + timedelta(days["day"]), False
    return born, False


def _postcode(chance: random.Random) -> str:
    area = chance.choice(["OX", "RG", "MK", "SL", "HP"])
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    end = "".join(chance.choices(letters, k=2))
    return f"{area}{chance.randint(1, 49)} {chance.randint(1, 9)}{end}"


def _national_id(chance: random.Random, born: date) -> str:
    year = min(born.year + chance.randint(12, 40), 2025)
    serial = chance.randrange(1, 10**7)
    letter = chance.choice("ABCDEFGHJKLMNPQRTUVWXYZ")
    if chance.random() < 0.5:
        return f"{year % 100:02d}/{serial}{letter}"
    return f"{year}/{serial:07d}{letter}"
