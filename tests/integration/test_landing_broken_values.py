"""Values at fault, and quotes where none are meant: told, or landed as they are."""

from __future__ import annotations

import pytest

from rasure.landing import land
from rasure.landing.errors import (
    GateFailed,
)
from tests.integration.broken_deliveries import raw_rows, rejected
from tests.police_uk_files import (
    archive,
    member,
    street_row,
    street_rows,
    street_text,
)


def test_coordinates_swapped_on_every_row(connection, good, tmp_path):
    lines = [street_row(n, Longitude="51.51", Latitude="-0.59") for n in range(200)]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    rejected(connection, good, path, GateFailed)
    faults = connection.execute(
        "select found from ops.gate_results where not success"
    ).fetchall()
    assert faults == [
        (
            "100.0% (most of them: Longitude, Latitude: expected this order, found "
            "them swapped)",
        )
    ]


@pytest.mark.parametrize(
    ("longitude", "latitude", "told"),
    [
        ("51.51", "-0.59", "expected this order, found them swapped"),
        ("0", "0", "expected a position, found 0, 0"),
        ("0.0", "0.00", "expected a position, found 0, 0"),
        ("-74.0", "40.7", "expected England, Wales or Northern Ireland, "),
        ("-0.59", "", "expected both or neither, found one"),
        ("west", "north", "expected decimal degrees, found something else"),
        ("nan", "nan", "expected England, Wales or Northern Ireland, "),
        ("-0.59", "5_1.51", "expected decimal degrees, found something else"),
    ],
)
def test_coordinates_at_fault(connection, good, tmp_path, longitude, latitude, told):
    bad = street_row(1, Longitude=longitude, Latitude=latitude)
    path = archive(tmp_path / "d.zip", {member(): street_text([street_row(0), bad])})
    landed = land("police_uk", path)
    assert (landed.rows_landed, landed.fields_emptied) == (2, 1)
    ((reason, number),) = connection.execute(
        "select reason, rows from ops.emptied_fields"
    )
    assert reason.startswith(f"Longitude, Latitude: {told}")
    assert number == 1
    rows = connection.execute(
        "select longitude, latitude, emptied_fields from raw.police_uk_street"
        " where load_id = %s order by row_number",
        (landed.load_id,),
    ).fetchall()
    assert rows == [(-0.59, 51.51, None), (None, None, "latitude,longitude")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('ctx "x', 'y"'),
        ('On or near "The Crown" pub', ""),
        ('a 12" pipe', ""),
    ],
)
def test_quotes_inside_a_field_lose_no_row_and_no_character(
    connection, good, tmp_path, first, second
):
    lines = street_rows(5)
    lines[1] = street_row(1, Context=first)
    lines[2] = street_row(2, Context=second)
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    assert land("police_uk", path).rows_landed == 5
    rows = connection.execute(
        "select row_number, context from raw.police_uk_street"
        " where load_id = (select max(load_id) from raw.police_uk_street) order by 1"
    ).fetchall()
    assert rows == [(1, None), (2, first), (3, second or None), (4, None), (5, None)]


def test_quoted_fields_mean_what_csv_says(connection, good, tmp_path):
    lines = [street_row(1, Context='"one, two ""three"""'), street_row(2, Context='""')]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    land("police_uk", path)
    rows = connection.execute(
        "select context from raw.police_uk_street"
        " where load_id = (select max(load_id) from raw.police_uk_street)"
        " order by row_number"
    ).fetchall()
    assert rows == [('one, two "three"',), (None,)]


def test_comma_after_the_last_field_is_no_field(connection, good, tmp_path):
    lines = street_rows(5)
    lines[1] += ","
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    landed = land("police_uk", path)
    assert landed.rows_landed + landed.rows_quarantined == 5
    assert len(raw_rows(connection)) == len(good) + landed.rows_landed


def test_home_with_a_quote_in_its_name(connection, good, tmp_path, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "o'brien"))
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(2))})
    assert land("police_uk", path).rows_landed == 2
