"""What says little of who somebody is: crowded addresses, default birthdays, numbers
that are not valid. None of it merges two people, and a reviewer is asked."""

from __future__ import annotations

from datetime import date

import pytest

from rasure.linkage.identifiers import check_letter
from rasure.linkage.reviews import reviews
from rasure.linkage.rules import Rules
from rasure.linkage.status import status
from tests.integration.linkage_fixtures import RELATION, Records

HOSTEL, HOSTEL_PHONE = "RG2 0XX", "01189 600700"
NEW_YEAR = date(1996, 1, 1)
NAMES = [("Yusuf", "Farah")] * 4 + [("Karim", "Aziz")] * 3 + [("Yusuf", "Aziz")] * 3
NAMES += [("Sami", "Nasser"), ("Sami", "Farah"), ("Karim", "Nasser"), ("Idris", "Aziz")]


@pytest.fixture
def records(connection) -> Records:
    """Two hundred people with nothing in common, to whom others are added."""
    records = Records(connection)
    connection.execute(
        f"insert into {RELATION} select 'thames-valley', (1000 + n)::text, 'nominal',"
        " null, null, date '1950-02-03' + n * 91, false, 'male',"
        " array[translate(n::text, '0123456789', 'abdegiklmn') || 'o'],"
        " array[translate(n::text, '0123456789', 'prstuvzoae') || 'ar'],"
        " array['OX' || n % 40 + 1 || ' ' || n % 9 + 1 || 'AB'], '{}'"
        " from generate_series(1, 200) as n"
    )
    return records


def cro(serial: int, year: int) -> str:
    return f"{serial}/{year:02d}{check_letter(f'{year:02d}{serial:06d}')}"


def pnc(serial: int, year: int) -> str:
    return f"{year:02d}/{serial}{check_letter(f'{year:02d}{serial:07d}')}"


def questions(records: Records) -> set[tuple[str, str]]:
    return {(one.person_l, one.person_r) for one in reviews(records.connection)}


def fill_hostel(records: Records, born: date = NEW_YEAR, **given) -> list[str]:
    """Fourteen men of one hostel and one birthday, some of one name; their ids."""
    for number, (forename, surname) in enumerate(NAMES, 1):
        own = {name: value(number) for name, value in given.items()}
        records.add(number, forename, surname, born, **{"postcode": HOSTEL} | own)
    return [str(number) for number in range(1, len(NAMES) + 1)]


def are_apart(records: Records, people: list[str]) -> bool:
    golden = records.golden()
    return len({golden[person] for person in people}) == len(people)


@pytest.mark.parametrize(
    "born", [NEW_YEAR, date(1996, 7, 1)], ids=["1 January", "1 July"]
)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"cro_number": lambda number: f"{200100 + number}/21B"},  # not valid
        {"cro_number": lambda number: cro(200100 + 7 * number, 21)},
        {"contacts": lambda number: (HOSTEL_PHONE,)},
        {"postcode": lambda number: [], "contacts": lambda number: (HOSTEL_PHONE,)},
    ],
    ids=["alone", "bad CRO", "good CRO", "telephone", "telephone alone"],
)
def test_fourteen_men_of_a_hostel_are_fourteen(records, given, born):
    men = fill_hostel(records, born, **given)
    report = records.link()
    assert are_apart(records, men)
    if given.get("cro_number", lambda number: "")(1).endswith("21B") or not given:
        assert ("1", "2") in questions(records)
    assert report.persons == 214


def test_a_few_men_of_a_marked_hostel_are_as_many(records):
    records.connection.execute(f"alter table {RELATION} add shared_postcodes text[]")
    for number in (1, 2):
        records.add_shared(number, "Yusuf", "Farah", NEW_YEAR, HOSTEL)
        records.add_shared(number + 2, "Karim", "Aziz", date(1996, 7, 1), HOSTEL)
    records.link()
    assert are_apart(records, ["1", "2", "3", "4"])
    assert ("1", "2") in questions(records)


def test_two_of_one_name_and_new_year_at_one_address_are_asked_about(records):
    records.add(1, "Yusuf", "Farah", NEW_YEAR)
    records.add(2, "Yusuf", "Farah", NEW_YEAR)
    records.add(3, "Sami", "Nasser", NEW_YEAR, contacts=("07700 900123",))
    records.add(4, "Sami", "Nasser", NEW_YEAR, contacts=("07700 900123",))
    records.link()
    assert are_apart(records, ["1", "2"])
    assert questions(records) == {("1", "2")}
    assert records.golden()["3"] == records.golden()["4"]


def test_a_telephone_of_many_is_worth_nothing(records):
    phone = ("020 7946 0000",)  # of a solicitor
    for number in range(1, 9):
        born = date(1960 + 4 * number, 3, number + 3)
        records.add(number, "Client", f"No{'abcdefghi'[number]}", born, contacts=phone)
    records.add(20, "Daniel", "Hartigan", postcode=[], contacts=phone)
    records.add(
        21, "Danny", "Hartigann", date(1991, 5, 17), postcode=[], contacts=phone
    )
    records.link()
    assert are_apart(records, ["20", "21"])


def test_an_address_that_fills_up_separates_those_it_had_joined(records):
    records.add(1, "Daniel", "Hartigan", postcode=HOSTEL)
    records.add(2, "Danial", "Hartigans", date(1990, 5, 23), postcode=HOSTEL)
    records.link()
    assert not are_apart(records, ["1", "2"])
    for number in range(10, 22):
        records.add(
            number, f"B{chr(97 + number)}ro", f"Ke{chr(97 + number)}a",
            date(1960 + number, 4, number), postcode=HOSTEL,
        )  # fmt: skip
    records.link(changed=[("thames-valley", str(number)) for number in range(10, 22)])
    assert are_apart(records, ["1", "2"])
    assert status(records.connection).crowded_postcodes == 1
    kept = records.kept()
    records.link("rescore")
    assert records.kept() == kept


@pytest.mark.parametrize("column", ["cro_number", "national_id"])
def test_two_valid_numbers_that_differ_forbid_a_merge(records, column):
    number = cro if column == "cro_number" else pnc
    phone = ("07700 900123",)
    records.add(1, "Daniel", "Hartigan", contacts=phone, **{column: number(12345, 7)})
    records.add(2, "Daniel", "Hartigan", contacts=phone)
    records.add(3, "Daniel", "Hartigan", contacts=phone, **{column: number(12346, 7)})
    records.link()
    assert are_apart(records, ["1", "3"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("97/0123456R", "1997/123456r"),
        ("97/0123456R", " PNC 97 / 123456 R"),
        ("97/0123456R", "970123456R"),
        ("97/0123456R", "19970123456R"),
        ("97/0123456R", "97-123456R"),
    ],
)
def test_a_number_in_another_form_is_the_same_number(records, one, other):
    records.add(1, "Adam", "Novak", national_id=one)
    records.add(2, "Piotr", "Wilk", national_id=other, born=None, postcode=[])
    records.link()
    assert not are_apart(records, ["1", "2"])


def test_a_number_that_is_not_valid_is_no_evidence_and_is_asked_about(records):
    wrong = {"national_id": "97/123456A"}
    records.add(1, "Adam", "Novak", **wrong)
    records.add(2, "Adam", "Wilk", born=date(1971, 2, 3), postcode=[], **wrong)
    # Alike in all but two numbers, of which one is not valid.
    records.add(3, "Daniel", "Hartigan", cro_number=cro(12345, 7))
    records.add(4, "Daniel", "Hartigan", cro_number="98765/11A")
    records.link()
    assert are_apart(records, ["1", "2", "3", "4"])
    assert {("1", "2"), ("3", "4")} <= questions(records)
    assert status(records.connection).invalid_numbers == 3


def test_a_slip_in_a_number_separates_nobody(records):
    records.add(1, "Daniel", "Hartigan", national_id="97/0123456R")
    records.add(2, "Daniel", "Hartigan", national_id="97/0123465R")
    records.link()
    assert not are_apart(records, ["1", "2"])


@pytest.mark.parametrize("placeholder", ["UNKNOWN", "N/A", "00/0000000Z", "0", "/"])
def test_a_placeholder_is_no_number(records, placeholder):
    records.add(1, "Adam", "Novak", national_id=placeholder, cro_number=placeholder)
    records.add(2, "Adam", "Wilk", date(1971, 2, 3), national_id=placeholder,
                cro_number=placeholder, postcode=[])  # fmt: skip
    records.link()
    assert are_apart(records, ["1", "2"])
    assert not questions(records)
    assert status(records.connection).invalid_numbers == 0


def test_numbers_that_contradict_each_other_are_asked_about(records):
    same = {"national_id": "97/0123456R"}
    records.add(1, "Daniel", "Hartigan", cro_number=cro(12345, 7), **same)
    records.add(2, "Daniel", "Hartigan", cro_number=cro(54321, 9), **same)
    records.link()
    assert are_apart(records, ["1", "2"])
    assert questions(records) == {("1", "2")}


def test_a_reviewer_overrules_what_is_weak(records):
    fill_hostel(records)
    records.link()
    records.decide("1", "2", "accepted")
    records.link()
    assert not are_apart(records, ["1", "2"])
    assert are_apart(records, ["1", "3"])


def test_father_and_son_are_asked_about_though_one_birth_date_is_an_estimate(records):
    phone = ("07700 900123",)
    father = date(1950, 1, 1)
    records.add(1, "Aloysius", "Hartigan", father, contacts=phone, is_estimated=True)
    records.add(2, "Aloysius", "Hartigan", date(1985, 11, 27), contacts=phone)
    records.link()
    assert are_apart(records, ["1", "2"])


def test_a_year_of_birth_alone_is_no_date_of_birth(records):
    column = "date_of_birth_precision text default 'year'"
    records.connection.execute(f"alter table {RELATION} add {column}")
    records.add(1, "Yusuf", "Farah", date(1996, 12, 31), postcode="OX1 1AA")
    records.add(2, "Yusuf", "Farah", date(1996, 12, 31), postcode="OX2 2AA")
    records.add(3, "Sami", "Nasser", date(1991, 12, 31), contacts=("07700 900123",))
    records.add(4, "Sami", "Nasser", date(1991, 1, 1), contacts=("07700 900123",))
    records.link()
    assert are_apart(records, ["1", "2"])
    assert not are_apart(records, ["3", "4"])


def test_merges_that_loop_are_one_person(records):
    for number, name in enumerate(["Ana", "Bela", "Cleo"], 1):
        records.add(number, name, f"{name}ri", date(1950 + number, 3, number))
    for survivor, merged in ((1, 2), (2, 3), (3, 1), (1, 1)):
        records.merge(survivor, merged)
    records.link()
    assert not are_apart(records, ["1", "2", "3"])
    assert len({records.golden()[str(number)] for number in (1, 2, 3)}) == 1


def test_an_unmarked_default_day_contradicts_no_date_of_its_year(records):
    phone = ("07700 900123",)
    records.add(1, "Daniel", "Hartigan", date(1990, 5, 17), contacts=phone)
    records.add(2, "Daniel", "Hartigan", date(1990, 1, 1), contacts=phone)
    records.link(rules=Rules.load())
    assert questions(records) == {("1", "2")} or not are_apart(records, ["1", "2"])
