"""Archives, manifests and names that cannot be taken: told plainly, nothing kept."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile

import pytest

from rasure.landing import delivery as delivery_module
from rasure.landing import land
from rasure.landing.errors import (
    ArchiveUnreadable,
    DeliveryRejected,
    FilesUnexpected,
    GateFailed,
    ManifestMismatch,
)
from tests.integration.broken_deliveries import rejected
from tests.police_uk_files import (
    archive,
    folder,
    member,
    street_rows,
    street_text,
)


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
        f"file {member()}: expected the SHA-256 that the manifest states "
        f"(000000000000…), found {hashlib.sha256(text.encode()).hexdigest()[:12]}…. The"
    ) in message


def test_wrong_row_count(connection, good, tmp_path):
    text = street_text(street_rows(3))
    content = {member(): text, "manifest.json": manifest(text, rows=4)}
    message = rejected(connection, good, folder(tmp_path / "d", content), GateFailed)
    told = f"file {member()}: expected the row count that the manifest states (4), "
    assert f"{told}found 3. The file was cut short" in message


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


def test_empty_archive(connection, good, tmp_path):
    message = rejected(
        connection, good, archive(tmp_path / "d.zip", {}), FilesUnexpected
    )
    assert "found no file of data" in message


def test_an_archive_as_windows_and_macs_make_them(connection, good, tmp_path):
    text = street_text(street_rows(3), end="\r\n")
    files = {
        member().replace("/", "\\"): text,
        "2024-01\\": "",
        "2024-01\\desktop.ini": "[.ShellClassInfo]",
        "2024-01\\Thumbs.db": b"\0",
        "__MACOSX/2024-01/._2024-01-thames-valley-street.csv": b"\0",
        "2024-01/.DS_Store": b"\0",
    }
    landed = land("police_uk", archive(tmp_path / "d.zip", files))
    assert (landed.rows_landed, landed.files_set_aside) == (3, ())


def test_pipe_in_a_folder(connection, good, tmp_path):
    path = folder(tmp_path / "d", {member(): street_text(street_rows(2))})
    os.mkfifo(path / "2024-02-thames-valley-street.csv")
    message = rejected(connection, good, path, FilesUnexpected)
    assert "expected plain files" in message


def test_file_name_that_would_write_on_the_terminal(connection, good, tmp_path):
    name = "2024-01/\x1b[2Jevil\n.csv"
    path = archive(tmp_path / "d.zip", {name: street_text(street_rows(2))})
    message = rejected(connection, good, path, FilesUnexpected)
    assert "\x1b" not in message
    assert "\n" not in message


def test_manifest_nested_too_deep(connection, good, tmp_path):
    files = {member(): street_text(street_rows(2)), "manifest.json": "[" * 100_000}
    path = folder(tmp_path / "d", files)
    message = rejected(connection, good, path, ManifestMismatch)
    assert "expected JSON with source, kind and files" in message


def test_manifest_with_unprintable_names(connection, good, tmp_path):
    stated = {"source": "police_uk", "files": [{"path": "\ud800\0"}]}
    files = {
        member(): street_text(street_rows(2)),
        "manifest.json": json.dumps(stated),
    }
    path = folder(tmp_path / "d", files)
    message = rejected(connection, good, path, ManifestMismatch)
    assert message.isprintable()
    assert "expected the file that the manifest lists, found no such file" in message


def spoilt(path, name: str):
    """Turn bytes of a packed file into other ones."""
    with zipfile.ZipFile(path) as zipped:
        place = zipped.getinfo(name).header_offset + 30 + len(name) + 5
    content = bytearray(path.read_bytes())
    content[place : place + 40] = b"\xff" * 40
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "packing",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
@pytest.mark.parametrize("name", ["manifest.json", member()])
def test_damage_in_any_packing(connection, good, tmp_path, name, packing):
    text = street_text(street_rows(300))
    with zipfile.ZipFile(tmp_path / "d.zip", "w", packing) as zipped:
        zipped.writestr("manifest.json", manifest(text))
        zipped.writestr(member(), text)
    path = spoilt(tmp_path / "d.zip", name)
    message = rejected(connection, good, path, DeliveryRejected)
    assert f"file {name}: expected a file whose bytes match its checksum" in message


def test_a_packing_that_is_not_known(connection, good, tmp_path):
    path = archive(tmp_path / "d.zip", {member(): street_text(street_rows(3))})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        content[content.index(mark) + place] = 9  # deflate64
    path.write_bytes(content)
    message = rejected(connection, good, path, ArchiveUnreadable)
    assert f"file {member()}: expected files packed by deflate" in message
    assert "found another way of packing" in message


@pytest.mark.parametrize("name", [".", "a/../b.csv"])
def test_names_that_name_no_file(connection, good, tmp_path, name):
    path = archive(tmp_path / "d.zip", {name: "x"})
    message = rejected(connection, good, path, ArchiveUnreadable)
    assert "leads out of it" in message


def test_two_files_of_one_name(connection, good, tmp_path):
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as zipped:
        zipped.writestr(member(), street_text(street_rows(3)))
        with pytest.warns(UserWarning, match="Duplicate name"):
            zipped.writestr(member(), street_text(street_rows(4)))
    message = rejected(connection, good, tmp_path / "d.zip", ArchiveUnreadable)
    assert f"file {member()}: expected one file of a name, found two" in message


def test_two_files_of_one_name_but_for_the_separator(connection, good, tmp_path):
    name = member().replace("/", "\\")
    files = {member(): street_text(street_rows(3)), name: street_text(street_rows(3))}
    message = rejected(
        connection, good, archive(tmp_path / "d.zip", files), ArchiveUnreadable
    )
    assert "expected one file of a name, found two" in message


def test_a_link_to_itself(connection, good, tmp_path):
    path = folder(tmp_path / "d", {member(): street_text(street_rows(3))})
    (path / "round.csv").symlink_to(path / "round.csv")
    message = rejected(connection, good, path, FilesUnexpected)
    assert "a link that leads out of it" in message


def test_a_time_without_its_offset(connection, good, tmp_path):
    text = street_text(street_rows(3))
    stated = json.loads(manifest(text)) | {"extracted_at": "2024-02-01"}
    files = {member(): text, "manifest.json": json.dumps(stated)}
    path = folder(tmp_path / "d", files)
    message = rejected(connection, good, path, ManifestMismatch)
    assert "expected extracted_at, a time with its offset" in message


def test_a_checksum_in_capitals_is_the_same(connection, good, tmp_path):
    text = street_text(street_rows(3))
    stated = json.loads(manifest(text))
    stated["files"][0]["sha256"] = stated["files"][0]["sha256"].upper()
    files = {member(): text, "manifest.json": json.dumps(stated)}
    assert land("police_uk", folder(tmp_path / "d", files)).state == "landed"
