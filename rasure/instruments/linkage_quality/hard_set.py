"""A seeded set of invented person records that are hard to link, with the truth.

It has twins, siblings at one address, fathers and sons of one name, aliases,
diminutives, misspelt and differently romanised names, swapped names, wrong, swapped,
estimated and missing dates of birth, and people who moved or married. It has clipped
names, initials, two slips in one record, slips in PNC and CRO numbers, telephones that
many share (a hostel, a solicitor), and hostels whose residents have a common name and
1 January as their birthday. Some diminutives and spellings are in no table of the
linker (`hard_names`). Names come from Faker's lists; nobody in it exists. One seed
makes the same set on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import psycopg

from rasure.instruments.linkage_quality.hard_names import (
    Names,
    clip,
    misspell,
    respell,
    respell_by_ear,
)
from rasure.linkage.identifiers import check_letter

FORCE = "thames-valley"
COLUMNS = (
    "force text, person_id text, person_type text, national_id text, cro_number text,"
    " date_of_birth date, is_birth_date_estimated boolean, sex text, forenames text[],"
    " surnames text[], postcodes text[], contacts text[]"
)
FIRST_ID = 10**15
RESIDENTS_OF_HOSTELS = "hostel"  # counted apart from the origins of names
ORIGINS = {"british": 0.70, "south asian": 0.12, "polish": 0.09, "romanian": 0.09}
# Probabilities for a person.
SIBLING, TWIN, NAMESAKE, WITH_NUMBER = 0.08, 0.004, 0.002, 0.25
HOSTEL, RESIDENTS = 0.0004, (8, 20)  # a hostel begins; how many live there
WITH_CRO = 0.4  # of those with a PNC id
ANOTHER_RECORD = 0.53  # geometric: 2.1 records a person
# Probabilities for a record.
TYPO, RESPELT, DIMINUTIVE, ALIAS, SWAPPED, MARRIED = 0.07, 0.06, 0.05, 0.015, 0.01, 0.02
DAY_MONTH, DIGIT, ESTIMATED, NO_BIRTH_DATE = 0.025, 0.03, 0.025, 0.02
MOVED, NO_POSTCODE, NO_SEX, WRONG_SEX = 0.25, 0.10, 0.03, 0.004
CONTACT, NEW_CONTACT, NUMBER_SHOWN = 0.5, 0.3, 0.7
CLIPPED, INITIAL, PET_NAME, BY_EAR, TWO_SLIPS = 0.03, 0.02, 0.02, 0.03, 0.03
NUMBER_SLIP, LAWYERS_PHONE, DEFAULT_DAY = 0.05, 0.02, 0.015
LAWYERS = 40  # telephones of solicitors


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
    national_id: tuple[int, int] | None  # year and serial
    cro_number: tuple[int, int] | None
    past_postcodes: list[str] = field(default_factory=list)
    maiden_name: str | None = None
    is_resident: bool = False  # of a hostel


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
    lawyers = [_telephone(chance) for _ in range(LAWYERS)]
    rows: list[tuple[Human, tuple]] = []
    for human in _people(chance, names, people):
        rows.append((human, _record(chance, names, human, lawyers)))
        while chance.random() < ANOTHER_RECORD:
            _live(chance, names, human)
            rows.append((human, _record(chance, names, human, lawyers)))
    chance.shuffle(rows)
    records, truth, origin = [], {}, {}
    for number, (human, row) in enumerate(rows):
        person_id = str(first_id + number)
        records.append((FORCE, person_id, *row))
        truth[person_id] = human.number
        origin[person_id] = RESIDENTS_OF_HOSTELS if human.is_resident else human.origin
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
    hostel: list[Human] = []  # the residents that are still to come
    for number in range(count):
        if hostel:
            human = hostel.pop()
            human.number = number
            yield human
            continue
        if chance.random() < HOSTEL:
            hostel = _residents(chance, names)
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


def _residents(chance: random.Random, names: Names) -> list[Human]:
    """People of one hostel: its postcode, its telephone, common names, 1 January."""
    place = _human(chance, names, 0, "south asian")
    years = [chance.randint(1985, 2003) for _ in range(3)]
    residents = []
    for _ in range(chance.randint(*RESIDENTS)):
        human = _human(chance, names, 0, "south asian")
        human.postcode, human.telephone = place.postcode, place.telephone
        if chance.random() < 0.8:
            human.sex = "male"
            human.forename, human.surname = names.common()
        human.birth_date = date(chance.choice(years), 1, 1)
        human.is_resident = True
        residents.append(human)
    return residents


def _human(chance: random.Random, names: Names, number: int, origin: str) -> Human:
    sex = "male" if chance.random() < 0.65 else "female"
    born = date(1945, 1, 1) + timedelta(int(24_000 * chance.betavariate(2.5, 1.8)))
    year = min(born.year + chance.randint(12, 40), 2025)
    has_number = chance.random() < WITH_NUMBER
    has_cro = has_number and chance.random() < WITH_CRO
    return Human(
        number,
        origin,
        sex,
        names.forename(origin, sex),
        names.surname(origin, sex),
        born,
        _postcode(chance),
        _telephone(chance),
        (year, chance.randrange(1, 10**7)) if has_number else None,
        (year, chance.randrange(1, 10**6)) if has_cro else None,
    )


def _live(chance: random.Random, names: Names, human: Human) -> None:
    """Change a person between two of their records: move, new telephone, marriage."""
    if chance.random() < MOVED:
        human.past_postcodes.append(human.postcode)
        human.postcode = _postcode(chance)
    if chance.random() < NEW_CONTACT:
        human.telephone = _telephone(chance)
    if human.sex == "female" and not human.maiden_name and chance.random() < MARRIED:
        human.maiden_name = human.surname
        human.surname = names.surname(human.origin, human.sex)


def _record(
    chance: random.Random, names: Names, human: Human, lawyers: list[str]
) -> tuple:
    forename, surname = human.forename, human.surname
    forenames, surnames = [], []
    if chance.random() < ALIAS:
        if chance.random() < 0.6:
            forenames, surnames = [forename], [surname]
        forename = names.forename(human.origin, human.sex)
        surname = names.surname(human.origin, human.sex)
    if chance.random() < DIMINUTIVE:
        forename = names.diminutive(forename)
    elif chance.random() < PET_NAME:
        forename = names.pet_name(forename, human.origin)
    if chance.random() < BY_EAR:
        if chance.random() < 0.5:
            forename = respell_by_ear(chance, forename, human.origin)
        else:
            surname = respell_by_ear(chance, surname, human.origin)
    if chance.random() < RESPELT:
        forename = respell(chance, forename)
    if chance.random() < RESPELT:
        surname = respell(chance, surname)
    if chance.random() < TYPO:
        if chance.random() < 0.5:
            forename = misspell(chance, forename)
        else:
            surname = misspell(chance, surname)
    has_two_slips = chance.random() < TWO_SLIPS
    if has_two_slips:
        slipped = chance.randrange(3)
        if slipped != 0:
            forename = misspell(chance, forename)
        if slipped != 1:
            surname = misspell(chance, surname)
    if chance.random() < CLIPPED:
        if chance.random() < 0.7:
            forename = clip(chance, forename)
        else:
            surname = clip(chance, surname)
    elif chance.random() < INITIAL:
        forename = forename[:1]
    if chance.random() < SWAPPED:
        forename, surname = surname, forename
    if human.maiden_name and chance.random() < 0.5:
        surnames = [*surnames, human.maiden_name]
    born, is_estimated = _birth_date(chance, human.birth_date)
    if has_two_slips and slipped != 2 and born and not is_estimated:
        born = _slip(chance, born)
    postcodes = [human.postcode]
    if human.past_postcodes and chance.random() < 0.5:
        postcodes.append(human.past_postcodes[-1])
    sex = human.sex
    if chance.random() < WRONG_SEX:
        sex = "female" if sex == "male" else "male"
    telephone = human.telephone
    if chance.random() < LAWYERS_PHONE:
        telephone = chance.choice(lawyers)
    return (
        "nominal",
        _number(chance, human.national_id, _national_id),
        _number(chance, human.cro_number, _cro_number),
        born,
        is_estimated,
        "unknown" if chance.random() < NO_SEX else sex,
        [forename, *forenames],
        [surname.upper() if chance.random() < 0.3 else surname, *surnames],
        [] if chance.random() < NO_POSTCODE else postcodes,
        [telephone] if chance.random() < CONTACT else [],
    )


def _birth_date(chance: random.Random, born: date) -> tuple[date | None, bool]:
    fault = chance.random()
    if fault < NO_BIRTH_DATE:
        return None, False
    fault -= NO_BIRTH_DATE
    if fault < ESTIMATED:
        return date(born.year + chance.randint(-2, 2), 1, 1), True
    fault -= ESTIMATED
    if fault < DEFAULT_DAY:
        return date(born.year, 1, 1), False
    fault -= DEFAULT_DAY
    if fault < DAY_MONTH and born.day <= 12:
        return date(born.year, born.day, born.month), False
    if DAY_MONTH <= fault < DAY_MONTH + DIGIT:
        return _slip(chance, born), False
    return born, False


def _slip(chance: random.Random, born: date) -> date:
    """The date with one digit of its year, month or day one away."""
    while True:
        part = chance.choice(["year", "year", "month", "day", "day"])
        by = chance.choice([-10, -1, 1, 10])
        try:
            return born.replace(**{part: getattr(born, part) + by})
        except ValueError:
            continue


def _postcode(chance: random.Random) -> str:
    area = chance.choice(["OX", "RG", "MK", "SL", "HP"])
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    end = "".join(chance.choices(letters, k=2))
    return f"{area}{chance.randint(1, 49)} {chance.randint(1, 9)}{end}"


def _telephone(chance: random.Random) -> str:
    return f"07{chance.randrange(10**9):09d}"


def _number(
    chance: random.Random,
    number: tuple[int, int] | None,
    written: Callable[[random.Random, int, int], str],
) -> str | None:
    """A number of a person as a record shows it: often, and sometimes with a slip."""
    if number is None or chance.random() >= NUMBER_SHOWN:
        return None
    text = written(chance, *number)
    if chance.random() >= NUMBER_SLIP:
        return text
    digits = [at for at, sign in enumerate(text) if sign.isdigit()]
    at = chance.choice(digits)
    return text[:at] + chance.choice("0123456789") + text[at + 1 :]


def _national_id(chance: random.Random, year: int, serial: int) -> str:
    letter = check_letter(f"{year % 100:02d}{serial:07d}")
    if chance.random() < 0.5:
        return f"{year % 100:02d}/{serial}{letter}"
    return f"{year}/{serial:07d}{letter}"


def _cro_number(chance: random.Random, year: int, serial: int) -> str:
    letter = check_letter(f"{year % 100:02d}{serial:06d}")
    if chance.random() < 0.5:
        return f"{serial}/{year % 100:02d}{letter}"
    return f"{serial:06d}/{year % 100:02d}{letter}"
