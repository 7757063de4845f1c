"""A delivery lands whole or not at all, once, and is accounted for row by row."""

from __future__ import annotations

import json
import re

import pytest

from rasure.landing import land
from tests.police_uk_files import (
    ASB,
    archive,
    crime_id,
    folder,
    member,
    street_row,
    street_rows,
    street_text,
)


def rows(connection, table: str = "raw.police_uk_street") -> list[tuple]:
    return connection.execute(f"select * from {table} order by 1, 2, 3").fetchall()


def state(connection) -> dict[str, list[tuple]]:
    """Everything that a delivery may touch."""
    tables = ("ops.deliveries", "ops.delivery_files", "ops.gate_results")
    tables += ("raw.police_uk_street", "quarantine.police_uk_street")
    return {
        table: connection.execute(f"select * from {table} order by 1, 2").fetchall()
        for table in tables
    }


def test_rows_arrive_typed_with_their_place_in_the_file(connection, tmp_path):
    text = street_text(
        [
            street_row(1),
            street_row(2, Crime_ID="", Crime_type=ASB, Last_outcome_category=""),
            street_row(3, Longitude="", Latitude="", Location="No Location"),
        ]
    )
    landed = land("police_uk", archive(tmp_path / "d.zip", {member(): text}))
    assert (landed.state, landed.rows_read, landed.rows_landed) == ("landed", 3, 3)
    assert landed.forces == ("thames-valley",)
    rows = connection.execute(
        "select row_number, crime_id, month, longitude, location, crime_type,"
        " last_outcome_category, context from raw.police_uk_street order by row_number"
    ).fetchall()
    outcome = "Under investigation"
    violence = "Violence and sexual offences"
    street = "On or near High Street"
    assert rows == [
        (1, crime_id(1), "2024-01", -0.5901, street, violence, outcome, None),
        (2, None, "2024-01", -0.5902, street, ASB, None, None),
        (3, crime_id(3), "2024-01", None, "No Location", violence, outcome, None),
    ]


def test_same_delivery_twice_changes_nothing(connection, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(5))})
    first = land("police_uk", path)
    before = state(connection)
    again = land("police_uk", path)
    assert (first.state, again.state) == ("landed", "known")
    assert again.load_id == first.load_id
    assert state(connection) == before


@pytest.mark.parametrize("form", ["folder", "another archive", "file"])
def test_same_content_in_another_form_changes_nothing(connection, tmp_path, form):
    text = street_text(street_rows(5))
    land("police_uk", archive(tmp_path / "d.zip", {member(): text}))
    before = state(connection)
    if form == "folder":
        path = folder(tmp_path / "again", {member(): text})
    elif form == "file":
        path = folder(tmp_path / "again", {member(): text}) / member()
    else:
        path = archive(tmp_path / "e.zip", {f"inner/{member()}": text})
    assert land("police_uk", path).state == "known"
    assert state(connection) == before


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("utf-8", lambda text: text.encode()),
        ("BOM", lambda text: text.encode("utf-8-sig")),
        ("cp1252", lambda text: text.encode("cp1252")),
        ("CRLF", lambda text: text.replace("\n", "\r\n").encode()),
        ("BOM, CRLF", lambda text: text.replace("\n", "\r\n").encode("utf-8-sig")),
        ("mixed ends", lambda text: text.replace("\n", "\r\n", 2).encode()),
        ("no last end", lambda text: text.rstrip("\n").encode()),
        ("blank lines", lambda text: text.replace("\n", "\n\n").encode()),
    ],
)
def test_every_encoding_and_line_end_gives_the_same_rows(
    connection, tmp_path, name, encode
):
    street = "On or near Café Straße, “The Crown”".replace(",", "")
    text = street_text([street_row(n, Location=street) for n in range(3)])
    landed = land("police_uk", archive(tmp_path / "d.zip", {member(): encode(text)}))
    assert landed.rows_landed == 3
    rows = connection.execute(
        "select location, context, row_number from raw.police_uk_street order by 3"
    ).fetchall()
    assert rows == [(street, None, 1), (street, None, 2), (street, None, 3)]


def test_anti_social_behaviour_rows_that_are_alike_all_land(connection, tmp_path):
    row = street_row(1, Crime_ID="", Crime_type=ASB)
    landed = land(
        "police_uk", archive(tmp_path / "d.zip", {member(): street_text([row] * 4)})
    )
    assert landed.rows_landed == 4
    assert len(rows(connection)) == 4


def test_rows_at_fault_go_to_quarantine_with_every_reason(connection, tmp_path):
    bad = street_row(
        2, "2024-02", Crime_ID="not an id", Longitude="0", Latitude="0", LSOA_code="X"
    )
    short = "only,three,fields"
    text = street_text([street_row(1), bad, short, street_row(4)])
    landed = land("police_uk", archive(tmp_path / "d.zip", {member(): text}))
    assert (landed.rows_read, landed.rows_landed, landed.rows_quarantined) == (4, 2, 2)
    rejected_rows = connection.execute(
        "select row_number, reasons, original from quarantine.police_uk_street"
        " order by row_number"
    ).fetchall()
    assert rejected_rows == [
        (
            2,
            [
                "Month: expected the month of the file's name, found another",
                "Crime ID: expected 64 hexadecimal digits, found another form",
                "Longitude, Latitude: expected a position, found 0, 0",
                "LSOA code: expected E01, W01 or a Northern Ireland code, "
                "found another form",
            ],
            bad,
        ),
        (3, ["row: expected 12 fields, found fewer"], short),
    ]
    numbers = connection.execute(
        "select crime_id, row_number from raw.police_uk_street order by row_number"
    ).fetchall()
    assert numbers == [(crime_id(1), 1), (crime_id(4), 4)]


def test_a_delivery_without_a_manifest_is_given_one(connection, tmp_path):
    landed = land(
        "police_uk",
        archive(tmp_path / "d.zip", {member(): street_text(street_rows(2))}),
    )
    kept = tmp_path / "home" / "manifests" / f"{landed.delivery_id[:16]}.json"
    manifest = json.loads(kept.read_text())
    assert manifest["source"] == "police_uk"
    assert manifest["window"] == {"from": "2024-01", "to": "2024-01"}
    assert [(f["path"], f["rows"]) for f in manifest["files"]] == [(member(), 2)]
    # and what was written can be delivered
    again = folder(
        tmp_path / "again",
        {
            member(): street_text(street_rows(2)),
            "manifest.json": json.dumps(manifest),
        },
    )
    assert land("police_uk", again).state == "known"


def test_data_docs_hold_no_value_of_any_row(connection, tmp_path):
    secret = "On or near Zebedee Mews"
    text = street_text([street_row(1, Location=secret), street_row(2, "2024-02")])
    land("police_uk", archive(tmp_path / "d.zip", {member(): text}))
    files = [f for f in (tmp_path / "home").rglob("*") if f.is_file()]
    assert sum(file.suffix == ".html" for file in files) >= 2
    for file in files:
        content = file.read_text(errors="replace")
        assert "Zebedee" not in content
        assert crime_id(1) not in content
        assert crime_id(2) not in content


def test_data_docs_fetch_nothing_from_anywhere(connection, tmp_path):
    land(
        "police_uk",
        archive(tmp_path / "d.zip", {member(): street_text(street_rows(2))}),
    )
    pages = list((tmp_path / "home" / "data_docs").rglob("*.html"))
    assert (tmp_path / "home" / "data_docs" / "index.html") in pages
    assert len(pages) >= 2
    for page in pages:
        text = page.read_text()
        assert not re.search(r"(src|href)=\"https?://[^\"]*\.(css|js|png)", text)
        assert "url('http" not in text
        assert "rasure.css" in text


def test_many_small_files_land_in_their_order(connection, tmp_path):
    months = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
    files = {
        member(month): street_text(street_rows(3, month, start=10 * n))
        for n, month in enumerate(months)
    }
    landed = land("police_uk", archive(tmp_path / "d.zip", files))
    assert (landed.rows_read, landed.rows_landed) == (72, 72)
    rows_of_month = connection.execute(
        "select to_char(files.month, 'YYYY-MM'), count(*) from raw.police_uk_street"
        " join ops.delivery_files as files using (file_id)"
        " where to_char(files.month, 'YYYY-MM') = police_uk_street.month"
        " group by 1 order by 1"
    ).fetchall()
    assert rows_of_month == [(month, 3) for month in months]
