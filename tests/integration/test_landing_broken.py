"""Broken deliveries: each is told plainly or quarantined, and nothing else is touched.

Every case lands beside a good delivery, whose rows must be as they were.
"""

from __future__ import annotations

import json
import zipfile

import pytest

from rasure.landing import DeliveryRejected, land
from rasure.landing import delivery as delivery_module
from rasure.landing.errors import (
    ArchiveUnreadable,
    FilesUnexpected,
    GateFailed,
    ManifestMismatch,
)
from tests.police_uk_files import (
    STREET,
    archive,
    crime_id,
    folder,
    member,
    street_row,
    street_rows,
    street_text,
)


@pytest.fixture
def good(connection, tmp_path):
    """A good delivery in the warehouse, and what the warehouse held after it."""
    text = street_text(street_rows(20, "2023-12"))
    land("police_uk", archive(tmp_path / "good.zip", {member("2023-12"): text}))
    return raw_rows(connection)


def raw_rows(connection) -> list[tuple]:
    return connection.execute(
        "select * from raw.police_uk_street order by load_id, file_id, row_number"
    ).fetchall()


def rejected(connection, good, path, error: type[DeliveryRejected]) -> str:
    """Land a delivery that must be refused; returns its message."""
    with pytest.raises(error) as caught:
        land("police_uk", path)
    message = str(caught.value)
    assert raw_rows(connection) == good
    quarantined = "select count(*) from quarantine.police_uk_street"
    assert connection.execute(quarantined).fetchone() == (0,)
    offered = connection.execute(
        "select state, rows_landed, error from ops.deliveries order by load_id"
    ).fetchall()
    assert offered == [("landed", 20, None), ("rejected", 0, message)]
    assert path.name in message
    assert crime_id(0) not in message
    return message


def quarantined(connection, good, path, at_fault: int) -> list[list[str]]:
    """Land a delivery of which some rows must go to quarantine; returns the reasons."""
    landed = land("police_uk", path)
    assert landed.rows_quarantined == at_fault
    assert landed.rows_read == landed.rows_landed + at_fault
    assert [row for row in raw_rows(connection) if row[0] != landed.load_id] == good
    found = connection.execute(
        "select reasons from quarantine.police_uk_street order by row_number"
    ).fetchall()
    return [reasons for (reasons,) in found]


def test_truncated_zip(connection, good, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(200))})
    path.write_bytes(path.read_bytes()[:-300])
    message = rejected(connection, good, path, ArchiveUnreadable)
    assert "expected a whole ZIP archive, found a damaged or truncated one" in message


def test_damaged_bytes_in_a_zip(connection, good, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(2000))})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    message = rejected(connection, good, path, ArchiveUnreadable)
    assert f"file {member()}: expected a file whose bytes match" in message


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "..\\evil.csv"])
def test_path_traversal_in_a_zip(connection, good, tmp_path, name):
    path = archive(tmp_path / "d.zip", {name: street_text(street_rows(2))})
    message = rejected(connection, good, path, ArchiveUnreadable)
    assert "found a file name that leads out of it" in message
    assert not list(tmp_path.rglob("evil.csv"))


def test_link_in_a_zip(connection, good, tmp_path):
    entry = zipfile.ZipInfo(member())
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as zipped:
        zipped.writestr(entry, "/etc/passwd")
    message = rejected(connection, good, tmp_path / "d.zip", ArchiveUnreadable)
    assert "expected plain files, found a link" in message


def test_zip_bomb_by_its_own_word(connection, good, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): b"0" * 100 * 2**20})
    message = rejected(connection, good, path, ArchiveUnreadable)
    assert "It looks like a ZIP bomb" in message


def test_zip_bomb_that_lies_about_its_size(connection, good, tmp_path, monkeypatch):
    monkeypatch.setattr(delivery_module, "MOST_RATIO", 10**9)
    monkeypatch.setattr("rasure.landing.unpack.MOST_BYTES", 2**20)
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(20_000))})
    message = rejected(connection, good, path, ArchiveUnreadable)
    assert "found damaged, truncated or endless data" in message


def manifest(text: str, **changes) -> str:
    import hashlib

    entry = {
        "path": member(),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "bytes": len(text),
        "rows": text.count("\n") - 1,
    }
    entry.update(changes)
    return json.dumps({"source": "police_uk", "kind": "full", "files": [entry]})


def test_wrong_checksum(connection, good, tmp_path):
    text = street_text(street_rows(3))
    content = {member(): text, "manifest.json": manifest(text, sha256="0" * 64)}
    message = rejected(connection, good, folder(tmp_path / "d", content), GateFailed)
    assert (
        f"file {member()}, column checksum: expected the SHA-256 that the manifest "
        "states, found another" in message
    )


def test_wrong_row_count(connection, good, tmp_path):
    text = street_text(street_rows(3))
    content = {member(): text, "manifest.json": manifest(text, rows=4)}
    message = rejected(connection, good, folder(tmp_path / "d", content), GateFailed)
    assert "expected the row count that the manifest states, found 3 rows" in message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("not JSON", "expected JSON with source, kind and files"),
        ('{"source": "other", "files": []}', "expected source 'police_uk'"),
        ('{"source": "police_uk", "files": []}', "that the manifest does not list"),
    ],
)
def test_manifest_of_something_else(connection, good, tmp_path, content, told):
    files = {member(): street_text(street_rows(3)), "manifest.json": content}
    path = folder(tmp_path / "d", files)
    assert told in rejected(connection, good, path, ManifestMismatch)


def test_missing_column(connection, good, tmp_path):
    header = STREET.replace(",Crime type", "")
    lines = [",".join(row.split(",")[:9]) for row in street_rows(3)]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines, header)})
    message = rejected(connection, good, path, GateFailed)
    assert "column missing_columns" in message
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
    assert ("unexpected_columns", "1 at position 10") in faults


def test_columns_in_another_order(connection, good, tmp_path):
    header = STREET.replace("Longitude,Latitude", "Latitude,Longitude")
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(3), header)})
    assert "their order" in rejected(connection, good, path, GateFailed)


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
    assert "column encoding: expected text in UTF-8 or CP1252, found neither" in message


def test_quote_left_open_swallows_no_row(connection, good, tmp_path):
    lines = street_rows(5)
    lines[1] = street_row(1, Location='"On or near High Street')
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    message = rejected(connection, good, path, GateFailed)
    assert "column unaccounted_rows: expected one line for each row" in message


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


def test_coordinates_swapped_on_every_row(connection, good, tmp_path):
    lines = [street_row(n, Longitude="51.51", Latitude="-0.59") for n in range(200)]
    path = archive(tmp_path / "d.zip", {member(): street_text(lines)})
    rejected(connection, good, path, GateFailed)
    faults = connection.execute(
        "select found from ops.gate_results"
        " where not success and column_name = 'quarantined_share'"
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
    ],
)
def test_coordinates_at_fault(connection, good, tmp_path, longitude, latitude, told):
    bad = street_row(1, Longitude=longitude, Latitude=latitude)
    path = archive(tmp_path / "d.zip", {member(): street_text([street_row(0), bad])})
    ((reason,),) = quarantined(connection, good, path, 1)
    assert reason.startswith(f"Longitude, Latitude: {told}")


def test_force_unknown(connection, good, tmp_path):
    name = member(force="gotham-city")
    path = archive(tmp_path / "d.zip", {name: street_text(street_rows(3))})
    message = rejected(connection, good, path, FilesUnexpected)
    assert (
        f"file {name}: expected a force that is known, found 'gotham-city'" in message
    )


@pytest.mark.parametrize("content", ["", STREET, STREET + "\n", "\n\n"])
def test_empty_file(connection, good, tmp_path, content):
    path = archive(tmp_path / "d.zip", {member(): content})
    message = rejected(connection, good, path, GateFailed)
    told = connection.execute(
        "select found from ops.gate_results where not success and column_name = 'rows'"
    ).fetchall()
    assert told == [("0",)]
    assert member() in message


def test_empty_archive(connection, good, tmp_path):
    message = rejected(
        connection, good, archive(tmp_path / "d.zip", {}), FilesUnexpected
    )
    assert "found no file of data" in message


def test_file_of_another_name(connection, good, tmp_path):
    files = {member(): street_text(street_rows(3)), "notes.txt": "hello"}
    message = rejected(
        connection, good, archive(tmp_path / "d.zip", files), FilesUnexpected
    )
    assert "file notes.txt: expected names of the form YYYY-MM/" in message


def test_one_bad_file_stops_the_good_ones_beside_it(connection, good, tmp_path):
    files = {
        member(f"2024-{month:02}"): street_text(street_rows(50, f"2024-{month:02}"))
        for month in range(1, 7)
    }
    files[member("2024-07")] = STREET.replace("Crime type", "Offence") + "\n"
    path = archive(tmp_path / "d.zip", files)
    assert member("2024-07") in rejected(connection, good, path, GateFailed)


def test_month_that_has_not_begun(connection, good, tmp_path):
    text = street_text(street_rows(3, "2999-01"))
    path = archive(tmp_path / "d.zip", {member("2999-01"): text})
    assert "a month that has begun" in rejected(connection, good, path, GateFailed)


def test_a_rejected_delivery_can_be_mended_and_landed(connection, good, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): STREET})
    rejected(connection, good, path, GateFailed)
    archive(path, {member(): street_text(street_rows(3))})
    assert land("police_uk", path).state == "landed"
