"""Files and rows at fault: stopped at the gate, or quarantined with the reason."""

from __future__ import annotations

import pytest

from rasure.landing import land
from rasure.landing.errors import (
    FilesUnexpected,
    GateFailed,
)
from tests.integration.broken_deliveries import quarantined, raw_rows, rejected
from tests.police_uk_files import (
    STREET,
    archive,
    crime_id,
    member,
    street_row,
    street_rows,
    street_text,
)


def test_missing_column(connection, good, tmp_path):
    header = STREET.replace(",Crime type", "")
    lines = [",".join(row.split(",")[:9]) for row in street_rows(3)]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines, header)})
    message = rejected(connection, good, path, GateFailed)
    assert "column Crime type: expected every column of the contract" in message
    assert "found no column 'Crime type'" in message


def test_extra_column(connection, good, tmp_path):
    lines = [row + ",surplus" for row in street_rows(3)]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines, STREET + ",New")})
    message = rejected(connection, good, path, GateFailed)
    assert "no column that is not in the contract, found 1 at position 13" in message
    assert "New" not in message


def test_renamed_column(connection, good, tmp_path):
    header = STREET.replace("Crime type", "Offence")
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(3), header)})
    message = rejected(connection, good, path, GateFailed)
    assert "found no column 'Crime type'" in message
    faults = connection.execute(
        "select column_name, found from ops.gate_results where not success order by 1"
    ).fetchall()
    assert ("Crime type", "no column 'Crime type'") in faults
    assert (None, "1 at position 10") in faults
    assert "(1 more file rule failed: `rasure deliveries --faults`" in message


def test_columns_in_another_order_land_in_their_places(connection, good, tmp_path):
    header = STREET.replace("Month,Reported by", "reported by , MONTH")
    lines = [
        row.replace("2024-01,Thames Valley Police", "T V,2024-01", 1)
        for row in street_rows(3)
    ]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines, header)})
    assert land("police_uk", path).rows_landed == 3
    rows = connection.execute(
        "select distinct month, reported_by from raw.police_uk_street"
        " where load_id = (select max(load_id) from raw.police_uk_street)"
    ).fetchall()
    assert rows == [("2024-01", "T V")]


def test_columns_that_tell_nothing_may_be_missing(connection, good, tmp_path):
    header = STREET.removesuffix(",Last outcome category,Context")
    lines = [row.rsplit(",", 2)[0] for row in street_rows(3)]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines, header)})
    assert land("police_uk", path).rows_landed == 3


def test_rows_without_an_id_land(connection, good, tmp_path):
    """In the first months of publication no crime had one."""
    lines = [street_row(n, "2010-12", Crime_ID="") for n in range(150)]
    path = archive(tmp_path / "d.zip", {member("2010-12"): street_text(lines)})
    landed = land("police_uk", path)
    assert (landed.rows_landed, landed.fields_emptied) == (150, 0)


def test_file_without_a_header_line_leaks_no_row(connection, good, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): "\n".join(street_rows(3))})
    message = rejected(connection, good, path, GateFailed)
    told = connection.execute("select string_agg(found, ' ') from ops.gate_results")
    for text in (message, told.fetchone()[0]):
        assert "High Street" not in text
        assert crime_id(0) not in text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wrong_encoding(connection, good, tmp_path, encoding):
    content = street_text(street_rows(3)).encode(encoding)
    path = archive(tmp_path / "d.zip", {member(): content})
    message = rejected(connection, good, path, GateFailed)
    assert (
        f"file {member()}: expected text in UTF-8 or CP1252, found neither" in message
    )


def test_quote_left_open_swallows_no_row(connection, good, tmp_path):
    lines = street_rows(5)
    lines[1] = street_row(1, Location='"On or near High Street')
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    message = rejected(connection, good, path, GateFailed)
    assert f"file {member()}: expected one line for each row" in message


def test_quotes_unbalanced_within_a_row(connection, good, tmp_path):
    lines = street_rows(5)
    lines[1] = street_row(1, Location='"On or near" High Street')
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    assert quarantined(connection, good, path, 1) == [
        ["row: expected balanced quotes, found a quote left open"]
    ]


def test_field_of_10_megabytes(connection, good, tmp_path):
    lines = street_rows(5)
    lines[1] = street_row(1, Location="x" * 10 * 2**20)
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    assert quarantined(connection, good, path, 1) == [
        ["row: expected at most 20,000 bytes, found more"]
    ]
    (kept,) = connection.execute(
        "select original from quarantine.police_uk_street"
    ).fetchone()
    assert len(kept) < 3_000
    assert kept.endswith(f"… ({len(lines[1]):,} bytes)")
    numbers = connection.execute(
        "select array_agg(row_number order by row_number) from raw.police_uk_street"
        " where load_id = (select max(load_id) from raw.police_uk_street)"
    ).fetchone()
    assert numbers == ([1, 3, 4, 5],)


def test_month_outside_the_files_name_on_every_row(connection, good, tmp_path):
    text = street_text(street_rows(200, "2024-02"))
    path = archive(tmp_path / "d.zip", {member("2024-01"): text})
    message = rejected(connection, good, path, GateFailed)
    assert "found 0" in message or "found 100.0%" in message


def test_month_outside_the_files_name_on_some_rows(connection, good, tmp_path):
    lines = [*street_rows(200), street_row(201, "2024-02")]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    assert quarantined(connection, good, path, 1) == [
        ["Month: expected the month of the file's name, found another"]
    ]


def test_force_unknown(connection, good, tmp_path):
    name = member(force="gotham-city")
    path = archive(tmp_path / "d.zip", {name: street_text(street_rows(3))})
    message = rejected(connection, good, path, FilesUnexpected)
    assert (
        f"file {name}: expected a force that is known, found 'gotham-city'" in message
    )


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_empty_file(connection, good, tmp_path, content):
    path = archive(tmp_path / "d.zip", {member(): content})
    message = rejected(connection, good, path, GateFailed)
    assert f"file {member()}: expected every column" in message
    assert "found no header line" in message


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_month_without_a_row_is_zero(connection, good, tmp_path, end):
    path = archive(tmp_path / "d.zip", {member(): STREET + end})
    landed = land("police_uk", path)
    assert (landed.rows_read, landed.empty_files) == (0, (member(),))


def test_one_bad_file_does_not_stop_the_good_ones(connection, good, tmp_path):
    files = {
        member(f"2024-{month:02}"): street_text(street_rows(50, f"2024-{month:02}"))
        for month in range(1, 7)
    }
    files[member("2024-07")] = STREET.replace("Crime type", "Offence") + "\n"
    files[member("2024-08")] = street_text(street_rows(9, "2024-09"))
    files[member("2024-09", "gotham-city")] = street_text(street_rows(4, "2024-09"))
    files[member("2024-10", "btp")] = street_text(street_rows(5, "2024-10"))
    files["2024-10/notes.txt"] = "hello"
    path = archive(tmp_path / "d.zip", files)
    landed = land("police_uk", path)
    assert (landed.rows_read, landed.rows_landed) == (300, 300)
    assert landed.forces == ("thames-valley",)
    rows = connection.execute(
        "select force, rows, reason from ops.files_set_aside order by file"
    ).fetchall()
    assert [(force, number) for force, number, _ in rows] == [
        ("thames-valley", 0),
        ("thames-valley", 9),
        ("gotham-city", 4),
        ("btp", 5),
        (None, 0),
    ]
    for (_, _, reason), words in zip(
        rows,
        (
            "Crime type: expected every column of the contract, in any order, found no",
            "found 100.0% (most of them: Month: expected the month of the file's name",
            "expected a force that is known, found 'gotham-city'",
            "found 'btp' (British Transport Police)",
            "expected names of the form YYYY-MM/",
        ),
        strict=True,
    ):
        assert words in reason
    assert len(landed.files_set_aside) == 5
    assert len(raw_rows(connection)) == len(good) + 300
    again = land("police_uk", path)
    assert (again.state, again.files_set_aside) == ("known", landed.files_set_aside)


def test_two_files_that_say_the_same_are_both_set_aside(connection, good, tmp_path):
    files = {
        member(): street_text(street_rows(3)),
        f"copy/{member()}": street_text(street_rows(2)),
        member("2024-02"): street_text(street_rows(3, "2024-02")),
    }
    landed = land("police_uk", archive(tmp_path / "d.zip", files))
    assert landed.rows_landed == 3
    assert len(landed.files_set_aside) == 2


def test_a_copy_of_a_file_does_not_cost_the_month(connection, good, tmp_path):
    rows = street_text(street_rows(3))
    copy = f"old/{member()}"
    landed = land(
        "police_uk", archive(tmp_path / "d.zip", {copy: rows, member(): rows})
    )
    assert landed.rows_landed == 3
    assert landed.files_set_aside == (
        f"{copy}: expected each file once, found a copy of {member()}, which landed",
    )


def test_archives_in_an_archive_are_to_be_unpacked(connection, good, tmp_path):
    inner = archive(
        tmp_path / "2024-01.zip", {member(): street_text(street_rows(3))}
    ).read_bytes()
    path = archive(tmp_path / "d.zip", {"2024-01.zip": inner})
    assert rejected(connection, good, path, FilesUnexpected).endswith(
        "found an archive in the delivery. Unpack it and land what is in it."
    )


def test_an_archive_of_forces_without_ground_says_so(connection, good, tmp_path):
    names = (member(force="btp"), member(force="northern-ireland"))
    path = archive(
        tmp_path / "d.zip", dict.fromkeys(names, street_text(street_rows(3)))
    )
    assert rejected(connection, good, path, FilesUnexpected) == (
        "delivery d.zip: expected a file of a force with ground in England or Wales, "
        "found files of British Transport Police and Police Service of Northern "
        "Ireland only. Rasure has no ground for them: there is nothing to land."
    )


def test_a_first_line_without_a_column_is_not_listed_column_by_column(
    connection, good, tmp_path
):
    text = street_text(street_rows(3)).replace(",", ";")
    path = archive(tmp_path / "d.zip", {member(): text})
    message = rejected(connection, good, path, GateFailed)
    assert "found none of them, between commas, in its first line." in message
    assert "LSOA" not in message


def test_a_month_without_a_column_of_ids_has_a_crime_for_each_row(connection, tmp_path):
    text = "\n".join(
        row.split(",", 1)[1]
        for row in street_text(street_rows(3, "2010-12")).splitlines()
    )
    path = archive(tmp_path / "d.zip", {member("2010-12"): text})
    assert land("police_uk", path).rows_landed == 3
    ids = connection.execute("select distinct crime_id from raw.police_uk_street")
    assert ids.fetchall() == [(None,)]


def test_month_that_has_not_begun(connection, good, tmp_path):
    text = street_text(street_rows(3, "2999-01"))
    path = archive(tmp_path / "d.zip", {member("2999-01"): text})
    message = rejected(connection, good, path, GateFailed)
    assert "expected a month that has begun, found one" in message
    assert "months ahead." in message


def test_a_rejected_delivery_can_be_mended_and_landed(connection, good, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): "no header line"})
    rejected(connection, good, path, GateFailed)
    archive(path, {member(): street_text(street_rows(3))})
    assert land("police_uk", path).state == "landed"


def test_part_of_a_month_does_not_replace_the_whole(connection, tmp_path):
    whole = street_text(street_rows(300))
    land("police_uk", archive(tmp_path / "whole.zip", {member(): whole}))
    part = archive(tmp_path / "part.zip", {member(): street_text(street_rows(100))})
    with pytest.raises(GateFailed, match="at least half as many rows as the file"):
        land("police_uk", part)
    later = street_text(street_rows(290))
    revised = archive(tmp_path / "revised.zip", {member(): later})
    assert land("police_uk", revised).rows_landed == 290
