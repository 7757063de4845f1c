"""The tables of facts and the packages' files, without a database."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import date, timedelta

import pytest

from rasure import geography
from rasure.geography import forces, reference


@pytest.fixture(scope="module")
def neighbourhoods():
    return reference.neighbourhoods()


def test_known_forces_maps_slugs_to_the_publishers_names():
    known = geography.known_forces()
    assert len(known) == 43
    assert known["thames-valley"] == "Thames Valley Police"
    assert known["city-of-london"] == "City of London Police"
    assert known["metropolitan"] == "Metropolitan Police Service"


def test_asking_for_known_forces_imports_nothing_heavy():
    code = (
        "import sys; from rasure.geography import known_forces; known_forces();"
        "heavy = {'geopandas', 'pandas', 'numpy', 'psycopg'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_unknown_force_is_refused_naming_what_is_known():
    with pytest.raises(geography.UnknownForce) as refused:
        geography.force_name("btp")
    assert str(refused.value).startswith("No geography is known for the force 'btp'.")
    assert "thames-valley" in str(refused.value)
    assert refused.value.known == sorted(geography.known_forces())


def test_every_lsoa_of_england_and_wales_has_a_district_and_a_known_force(
    neighbourhoods,
):
    assert len(neighbourhoods) == 34_753
    columns = ["lsoa_code", "lsoa_name", "district_code", "district_name", "force"]
    assert not neighbourhoods[columns].isna().any().any()
    assert set(neighbourhoods["force"]) == set(geography.known_forces())


def test_no_district_is_shared_by_two_forces(neighbourhoods):
    districts = neighbourhoods[["district_code", "district_name", "force"]]
    districts = districts.drop_duplicates()
    assert len(districts) == 348
    assert districts["district_code"].is_unique


@pytest.mark.parametrize(
    ("force", "lsoas", "districts"),
    [
        ("thames-valley", 1415, 16),
        ("city-of-london", 6, 1),
        ("west-yorkshire", 1388, 5),
        ("north-yorkshire", 493, 8),
        ("avon-and-somerset", 1005, 9),
        ("dyfed-powys", 308, 4),
    ],
)
def test_forces_are_whole_where_the_lookup_is_blank(
    neighbourhoods, force, lsoas, districts
):
    own = neighbourhoods[neighbourhoods["force"] == force]
    assert (len(own), own["district_code"].nunique()) == (lsoas, districts)


def test_our_table_of_districts_never_contradicts_the_lookup():
    lookup = reference._lookup().dropna(subset=["force"])
    ours = {
        row["district_code"] for row in forces.read_table("districts_not_in_lookup.csv")
    }
    assert not ours & set(lookup["district_code"])


def test_each_thames_valley_area_set_takes_the_same_16_districts_once():
    rows = forces.read_table("thames_valley_areas.csv")
    areas = {}
    districts = {}
    for row in rows:
        areas.setdefault(row["area_set"], set()).add(row["area"])
        districts.setdefault(row["area_set"], []).append(row["district_code"])
    assert {name: len(area_rows) for name, area_rows in areas.items()} == {
        "lpa12": 12,
        "lpa11": 11,
        "lcu5": 5,
    }
    whole = sorted(districts["lpa12"])
    assert len(whole) == len(set(whole)) == 16
    assert sorted(districts["lpa11"]) == sorted(districts["lcu5"]) == whole


def test_thames_valley_area_sets_follow_one_another_without_a_gap():
    periods = sorted(
        {
            (row["valid_from"], row["valid_to"])
            for row in forces.read_table("thames_valley_areas.csv")
        }
    )
    assert len(periods) == 3
    for (_, until), (since, _) in itertools.pairwise(periods):
        assert date.fromisoformat(until) + timedelta(days=1) == date.fromisoformat(
            since
        )
    assert periods[-1][1] == ""


def test_bracknell_and_wokingham_is_split_across_two_command_units():
    units = {
        row["district_name"]: row["area"]
        for row in forces.read_table("thames_valley_areas.csv")
        if row["area_set"] == "lcu5"
    }
    assert units["Bracknell Forest"] == "Berkshire East"
    assert units["Wokingham"] == "Berkshire West"


@pytest.mark.parametrize(
    "table",
    [
        "forces.csv",
        "districts_not_in_lookup.csv",
        "institutions.csv",
        "thames_valley_areas.csv",
    ],
)
def test_tables_version_changes_with_every_table_of_the_force(monkeypatch, table):
    read = forces.read_table
    before = forces.tables_version("thames-valley")
    elsewhere = forces.tables_version("kent")

    def changed(name):
        added = [{"force": "thames-valley", "name": "Another"}] if name == table else []
        return [*read(name), *added]

    monkeypatch.setattr(forces, "read_table", changed)
    assert forces.tables_version("thames-valley") != before
    assert forces.tables_version("kent") == elsewhere


def test_missing_packages_are_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("RASURE_REFERENCE", str(tmp_path))
    with pytest.raises(
        geography.ReferenceMissing, match=r"requirements/reference\.txt"
    ):
        reference.neighbourhoods()


def test_listed_institutions_come_before_the_list_of_hospital_units(neighbourhoods):
    listed = reference.institutions("thames-valley", set(neighbourhoods["lsoa_code"]))
    assert len(listed) == 16
    assert {(row["kind"], row["radius_m"]) for row in listed} == {
        ("prison", "300"),
        ("hospital", "250"),
        ("hospital", "100"),
    }
    own = neighbourhoods[neighbourhoods["force"] == "west-yorkshire"]
    units = reference.institutions("west-yorkshire", set(own["lsoa_code"]))
    assert [row["name"] for row in units if "Leeds" in row["name"]] == [
        "Leeds General Infirmary"
    ]
