"""Who is merged, who is asked about, and who never is."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.linkage_fixtures import Records

BORN = date(1990, 5, 17)


@pytest.fixture
def records(connection) -> Records:
    return Records(connection)


def test_one_person_written_differently_is_one_person(records):
    records.add(1, "Mohammed", "Hussain", contacts=("07700 900123",))
    records.add(2, "Muhammad", "HUSSEIN", contacts=("+44 7700 900123",))
    records.add(3, "Zoë", "Müller", sex="female", born=date(1980, 2, 3))
    records.add(4, "Zoe", "Mueller", sex="female", born=date(1980, 3, 2))
    records.link()
    assert records.groups() == [["1", "2"], ["3", "4"]]


def test_swapped_names_and_a_short_name_are_one_person(records):
    records.add(1, "William", "Farnborough")
    records.add(2, "Farnborough", "William")
    records.add(3, "Bill", "Farnborough")
    records.link()
    assert records.groups() == [["1", "2", "3"]]


def test_an_alias_leads_to_the_person(records):
    records.add(1, "Daniel", "Hartigan")
    records.add(2, ["Kevin", "Daniel"], ["Marlowe", "Hartigan"])
    records.link()
    assert records.groups() == [["1", "2"]]


def test_a_name_and_a_birth_date_that_many_share_are_not_enough(records):
    for number in range(3000):
        born = date(1950 + number % 50, 1 + number % 12, 1 + number % 28)
        records.connection.execute(
            "insert into core.person_records values ('thames-valley', %s, 'nominal',"
            " null, null, %s, false, 'male', '{John}', '{Smith}', '{}', '{}')",
            (str(10_000 + number), born),
        )
    records.add(1, "John", "Smith", BORN, postcode=[])
    records.add(2, "John", "Smith", BORN, postcode=[])
    records.link(mode="full")
    golden = records.golden()
    assert golden["1"] != golden["2"]


def test_an_equal_national_id_merges_whatever_the_name(records):
    records.add(1, "Adam", "Novak", national_id="1997/0123456R", postcode="OX1 2AB")
    records.add(2, "Piotr", "Wilk", national_id="97/123456R", born=None, postcode=[])
    records.link()
    assert records.groups() == [["1", "2"]]


def test_an_equal_national_id_with_another_sex_and_birth_date_is_not_merged(records):
    records.add(1, "Adam", "Novak", national_id="97/123456R")
    records.add(2, "Eve", "Wilk", date(1970, 1, 9), "female", "97/123456R", postcode=[])
    records.link()
    assert records.groups() == [["1"], ["2"]]


def test_different_national_ids_never_share_a_person(records):
    records.add(1, "Adam", "Novak", national_id="97/123456R")
    records.add(2, "Adam", "Novak")
    records.add(3, "Adam", "Novak", national_id="03/654321N")
    records.link()
    groups = records.groups()
    assert len(groups) == 2
    assert not any({"1", "3"} <= set(group) for group in groups)


@pytest.mark.parametrize(
    ("forename", "sex"),
    [("Peter", "male"), ("Danielle", "female")],
)
def test_twins_are_two_people(records, forename, sex):
    telephone = ("07700900123",)
    records.add(1, "Daniel", "Hartigan", contacts=telephone)
    records.add(2, forename, "Hartigan", sex=sex, contacts=telephone)
    records.link()
    assert records.groups() == [["1"], ["2"]]


def test_people_of_one_house_and_birthday_with_names_alike_are_asked_about(records):
    records.add(1, "Marion", "Farnborough")
    records.add(2, "Marian", "Archer")
    records.link()
    assert records.groups() == [["1"], ["2"]]


@pytest.mark.parametrize("born", [BORN, date(1991, 5, 17)])
def test_brothers_of_names_spelt_alike_are_two_people(records, born):
    telephone = ("07700900123",)
    records.add(1, "Hasan", "Karimi", BORN, contacts=telephone)
    records.add(2, "Hussein", "Karimi", born, contacts=telephone)
    records.link()
    assert records.groups() == [["1"], ["2"]]


def test_twins_of_names_alike_are_asked_about(records):
    telephone = ("07700900123",)
    records.add(1, "Harry", "Hartigan", contacts=telephone)
    records.add(2, "Harvey", "Hartigan", contacts=telephone)
    records.link()
    assert records.groups() == [["1"], ["2"]]


@pytest.mark.parametrize("born", [date(1985, 11, 27), date(1975, 3, 9)])
def test_father_and_son_of_one_name_and_house_are_not_merged(records, born):
    telephone = ("01865 900123",)
    records.add(1, "Aloysius", "Hartigan", date(1950, 3, 9), contacts=telephone)
    records.add(2, "Aloysius", "Hartigan", born, contacts=telephone)
    records.link()
    assert records.groups() == [["1"], ["2"]]


def test_a_sex_and_birth_date_that_both_differ_are_a_conflict(records):
    records.add(1, "Robin", "Hartigan", BORN)
    records.add(2, "Robin", "Hartigan", date(1990, 5, 18), sex="female")
    records.add(3, "Sam", "Farnborough", BORN)
    records.add(4, "Sam", "Farnborough", date(1990, 1, 1), "female", is_estimated=True)
    records.link()
    assert records.groups() == [["1"], ["2"], ["3", "4"]]


def test_officials_are_nobody_here(records):
    records.add(1, "Adam", "Novak")
    records.add(2, "Adam", "Novak", person_type="official")
    records.link()
    assert records.golden().keys() == {"1"}
    records.add(1, "Adam", "Novak", person_type="official")
    records.link()
    assert records.connection.execute(
        "select count(*) from linkage.golden_ids"
    ).fetchone() == (0,)


def test_a_likely_pair_is_asked_about_once(records):
    records.add(1, "Daniel", "Hartigan", postcode="OX1 2AB")
    records.add(2, "Daniel", "Hartigan", date(1991, 5, 17), postcode="MK9 7ZZ")
    assert records.link().reviews_open == 1
    before = records.kept()["reviews"]
    assert [row[1:4:2] for row in before] == [("1", "2")]
    assert 0.80 <= before[0][4] < 0.99
    assert records.link().reviews_open == 1
    assert records.kept()["reviews"] == before


def test_a_person_of_unusually_many_records_is_reported(records):
    for number in range(1, 18):
        records.add(number, "Daniel", "Hartigan", national_id="97/123456R")
    report = records.link()
    golden = set(records.golden().values())
    assert len(golden) == 1
    assert report.oversized == {golden.pop(): 17}
    assert records.connection.execute(
        "select largest_cluster, oversized from linkage.runs"
    ).fetchone() == (17, report.oversized)
