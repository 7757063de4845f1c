"""Searches land in the forms in which forces really publish them."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import pytest

from rasure.landing.check import RowChecker
from rasure.landing.delivery import Member
from rasure.landing.unpack import unpack
from rasure.sources.police_uk.contract import STOP_SEARCH, read_name

SEARCH = {
    "Type": "Person search",
    "Date": "2024-07-10T12:30:00+00:00",
    "Part of a policing operation": "False",
    "Policing operation": "",
    "Latitude": "51.51",
    "Longitude": "-0.59",
    "Gender": "Male",
    "Age range": "over 34",
    "Self-defined ethnicity": "",
    "Officer-defined ethnicity": "White",
    "Legislation": "",
    "Object of search": "Controlled drugs",
    "Outcome": "Arrest",
    "Outcome linked to object of search": "True",
    "Removal of more than just outer clothing": "",
}
MONTH = read_name("2024-07-kent-stop-and-search.csv").month


def land(folder: Path, searches: list[dict[str, str]]):
    """Check a file of these searches, as landing does; returns the outcome and the rows
    that land, by our column names."""
    file = folder / "made_up.csv"
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, searches[0].keys())
        writer.writeheader()
        writer.writerows(searches)
    member = Member(file.name, file.stat().st_size, partial(file.open, "rb"))
    unpacked = unpack(member, "made up", folder, STOP_SEARCH)
    kind = STOP_SEARCH.as_in(unpacked.header)
    assert kind.headers == unpacked.header
    checked = RowChecker(folder).check(unpacked, kind, MONTH)
    names = [column.name for column in kind.columns]
    if not checked.is_text:
        names = ["row_number", "emptied_fields", *kind.added, *names]
    with checked.good.open(newline="") as text:
        rows = list(csv.reader(text))[1 if checked.is_text else 0 :]
    return checked, [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-07-10T12:30:00+00:00", "2024-07-10T12:30:00+00:00"),
        ("2024-07-10T12:30:00Z", "2024-07-10T12:30:00Z"),
        ("2024-07-10T12:30:00+01:00", "2024-07-10T12:30:00+01:00"),
        ("2024-07-10T12:30:00+0100", "2024-07-10T12:30:00+0100"),
        ("2024-07-10T12:30:00.000Z", "2024-07-10T12:30:00Z"),
        ("2024-07-10 12:30:00", "2024-07-10T12:30:00 Europe/London"),
        ("2024-07-10T12:30", "2024-07-10T12:30:00 Europe/London"),
        ("2024-07-10 12:30:00+01", "2024-07-10T12:30:00+01"),
        ("2024-07-10", "2024-07-10T00:00:00 Europe/London"),
        ("10/07/2024 12:30", "2024-07-10T12:30:00 Europe/London"),
        ("10/07/2024", "2024-07-10T00:00:00 Europe/London"),
        ("", ""),
        ("None", ""),
    ],
)
def test_a_time_is_read_in_each_form(tmp_path, written, read):
    checked, rows = land(tmp_path, [{**SEARCH, "Date": written}])
    assert checked.quarantined == []
    assert checked.emptied == []
    assert [row["searched_at"] for row in rows] == [read]


def test_a_day_without_a_time_is_known_for_it(tmp_path):
    days = ["2024-07-10", "10/07/2024", "2024-07-10 00:00", "soon", ""]
    searches = [SEARCH, *({**SEARCH, "Date": day} for day in days)]
    _, rows = land(tmp_path, searches)
    assert [row["is_day_only"] for row in rows] == [
        "false", "true", "true", "false", "false", "false",
    ]  # fmt: skip


def test_a_file_as_it_is_usual_is_copied_as_it_is(tmp_path):
    checked, rows = land(tmp_path, [SEARCH])
    assert checked.is_text
    assert rows[0]["age_range"] == "over 34"


@pytest.mark.parametrize(
    ("column", "written", "reason"),
    [
        ("Date", "10 July", "Date: expected a day and a time, found another form"),
        ("Date", "2024-07-32T10:00:00+00:00", "Date: expected a day and a time"),
        ("Date", "infinity", "Date: expected a day and a time"),
        ("Part of a policing operation", "perhaps", "Part of a policing operation:"),
        ("Latitude", "", "Longitude, Latitude: expected both or neither"),
        ("Longitude", "west", "Longitude, Latitude: expected decimal degrees"),
        ("Longitude", "12.5", "Longitude, Latitude: expected England, Wales or"),
    ],
)
def test_a_bad_field_costs_the_field_only(tmp_path, column, written, reason):
    checked, rows = land(tmp_path, [SEARCH, {**SEARCH, column: written}, SEARCH])
    assert (checked.landed, checked.quarantined) == (3, [])
    (emptied,) = checked.emptied
    assert emptied.reason.startswith(reason)
    assert (emptied.rows, emptied.columns) != (0, ())
    assert all(rows[1][name] == "" for name in emptied.columns)
    assert rows[1]["emptied_fields"] == ",".join(sorted(emptied.columns))
    assert rows[0]["emptied_fields"] == ""


def test_a_search_of_another_month_is_not_counted_in_this_one(tmp_path):
    rows = [SEARCH, SEARCH, {**SEARCH, "Date": "2024-05-10T12:30:00+00:00"}]
    checked, _ = land(tmp_path, rows)
    assert [number for number, _, _ in checked.quarantined] == [3]


def test_a_whole_force_without_positions_or_types_lands(tmp_path):
    for nothing in ("", "None", "null", "NaN"):
        search = {**SEARCH, "Latitude": nothing, "Longitude": nothing, "Type": ""}
        search["Outcome linked to object of search"] = nothing
        checked, rows = land(tmp_path, [search] * 150)
        assert (checked.landed, checked.emptied) == (150, [])
        assert {row["latitude"] for row in rows} == {""}
        assert {row["is_outcome_linked_to_object"] for row in rows} == {""}


def test_columns_come_in_any_order_and_some_are_missing(tmp_path):
    kept = ("Date", "Longitude", "Latitude", "Type", "Outcome")
    search = {name.upper(): SEARCH[name] for name in kept}
    checked, rows = land(tmp_path, [search])
    assert checked.landed == 1
    assert rows[0]["search_type"] == "Person search"


def test_an_outcome_as_an_object_is_its_name(tmp_path):
    for written in (
        "{'id': 'bu-arrest', 'name': 'Arrest'}",
        '{"id":"bu-arrest","name":"Arrest"}',
    ):
        _, rows = land(tmp_path, [{**SEARCH, "Outcome": written}])
        assert rows[0]["outcome"] == "Arrest"


def test_a_name_in_capitals_and_with_backslashes_replaced_is_read():
    name = read_name("2024-07/2024-07-Thames-Valley-STREET.CSV")
    assert (name.force, name.kind) == ("thames-valley", "street")
