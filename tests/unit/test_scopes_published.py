"""Published recorded crime, as people save it from a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rasure.scopes.errors import PublishedUnreadable
from rasure.scopes.published import PublishedCount, quarter_of, read, slug
from rasure.settings import CHECKOUT

HEADER = "FY,Financial Quarter,Force,Offence Description,Offence Code,n\n"
APRIL_2024 = 2024 * 12 + 3
SEEDS = CHECKOUT / "dbt" / "seeds" / "niche_rms"


def saved(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "recorded.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_count_has_its_force_quarter_and_classes(tmp_path):
    text = HEADER + '2024/25,1.0,Thames Valley,"Robbery, personal",34b,"1,024.0"\r\n'
    text += "2024/25,4,Thames Valley,Homicide,1/4.1/4.10/4.2,3\n"
    published = read(saved(tmp_path, "\ufeff" + text))
    robbery, homicide = published.counts
    assert robbery == PublishedCount("thames-valley", APRIL_2024, "34B", 1024)
    assert homicide.quarter == APRIL_2024 + 9  # January to March 2025
    assert homicide.classes == {"1", "4.1", "4.10", "4.2"}
    assert published.unreadable_lines == []


def test_columns_go_by_name_in_any_order_and_case(tmp_path):
    text = "N,offence code,FORCE,financial quarter,fy,territorial\n"
    text += "-2,8N,West Mercia Police,2,2019-20,True\n\n"
    (count,) = read(saved(tmp_path, text)).counts
    assert count == PublishedCount("west-mercia", quarter_of("2019/20", "2"), "8N", -2)


@pytest.mark.parametrize(
    "line",
    [
        "2024/25,5,Thames Valley,,8N,1",  # no such quarter
        "2024,1,Thames Valley,,8N,1",  # no financial year
        "2024/25,1,Thames Valley,,8N,1.5",
        "2024/25,1,Thames Valley,,8N,[z]",
        "2024/25,1,Thames Valley,,,1",
        "2024/25,1,,,8N,1",
        "2024/25,1",
    ],
)
def test_a_line_that_cannot_be_read_is_counted_and_the_others_stay(tmp_path, line):
    text = HEADER + line + "\n2024/25,1,Thames Valley,,8N,7\n"
    published = read(saved(tmp_path, text))
    assert [count.crimes for count in published.counts] == [7]
    assert published.unreadable_lines == [2]


@pytest.mark.parametrize(
    ("text", "encoding", "message"),
    [
        ("FY,Force,n\n2024/25,Kent,1\n", "utf-8", "no column 'financial quarter'"),
        (HEADER + "x,y,z,,,\n", "utf-8", "No line of recorded.csv can be read"),
        ("", "utf-8", "no column 'fy'"),
        (
            HEADER + "2024/25,1,Dyfed,café,8N,1\n",
            "cp1252",
            "CSV file in UTF-8",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(
    tmp_path, text, encoding, message
):
    with pytest.raises(PublishedUnreadable, match=message):
        read(saved(tmp_path, text, encoding))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PublishedUnreadable, match=r"nowhere\.csv cannot be read"):
        read(tmp_path / "nowhere.csv")


def test_names_of_forces_are_slugs():
    assert slug("Thames Valley Police") == "thames-valley"
    assert slug("Avon & Somerset") == "avon-and-somerset"
    assert slug("Devon & Cornwall Constabulary") == "devon-and-cornwall"
    assert slug("Dyfed-Powys") == "dyfed-powys"


def test_knife_enabled_crime_has_the_offences_that_the_home_office_collects():
    with (SEEDS / "crime_scopes.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] == "knife-enabled"]
    with (SEEDS / "offence_titles.csv").open(newline="") as file:
        titles = list(csv.DictReader(file))
    assert {row["needs"] for row in rows} == {"knife"}
    named = {row["offences"] for row in rows}
    classes = {
        title["ho_class"]
        for title in titles
        if named
        & {title["ho_class"], title["offence_subgroup"], title["offence_group"]}
    }
    homicide, rape = (
        {"1", "4.1", "4.2", "4.10"},
        {f"19{letter}" for letter in "CDEFGHJK"},
    )
    assault, sexual = {"5D", "8N", "8P", "8S", "8T"}, {"17A", "17B", "20A", "20B"}
    others = {"2", "3B", "34A", "34B"}
    assert classes == homicide | rape | assault | sexual | others
    assert not classes & {"10C", "10D", "90"}  # possession
