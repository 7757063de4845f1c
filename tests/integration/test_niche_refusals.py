"""Refusals of records-management deliveries: of the manifest, and how they are kept."""

from __future__ import annotations

import duckdb
import pytest

from rasure.errors import SetupError
from rasure.landing import DeliveryRejected, land
from tests.integration.niche_refusing import FILE, NAME, held, occurrences, refused
from tests.niche_files import delivery


def test_each_refusal_is_on_record_once(connection, tmp_path):
    """Deliveries of one name, refused before their rows are read, do not stand for
    one another."""

    def without(files, manifest):
        files.pop(FILE)

    def with_more(files, manifest):
        files["Notes.csv"] = b"hello"

    def unlisted(files, manifest):
        manifest["files"] = []

    def of_no_force(files, manifest):
        manifest["force"] = "atlantis"

    offered = []
    for number, change in enumerate((without, with_more, unlisted, of_no_force)):
        place = tmp_path / str(number)
        place.mkdir()
        rows = {"occurrences": occurrences(3)}
        path = delivery(place, rows, change=change)
        offered.append(path.rename(place / "delivery"))
    (tmp_path / "none").mkdir()
    bare = delivery(tmp_path / "none", {"occurrences": occurrences(3)})
    (bare / "manifest.json").unlink()
    offered.append(bare.rename(tmp_path / "none" / "delivery"))
    for _ in range(2):
        for path in offered:
            with pytest.raises(DeliveryRejected):
                land("niche_rms", path)
    kept = connection.execute(
        "select state, error from ops.deliveries order by load_id"
    ).fetchall()
    assert [state for state, _ in kept] == ["rejected"] * 5
    assert len({error for _, error in kept}) == 5


@pytest.mark.parametrize(
    ("change", "expected_text"),
    [
        ({"window": {"from": "0001-01-01T00:00:00+14:00"}}, "window.from, a time"),
        ({"extracted_at": "9999-12-31T23:59:59-14:00"}, "extracted_at, a time with"),
        ({"files": [{"path": 5}]}, "JSON with source, kind and files"),
        ({"files": [{"path": FILE, "rows": "3"}]}, "JSON with source, kind and files"),
        ({"files": [{"path": FILE, "rows": True}]}, "JSON with source, kind and"),
        ({"files": [{"path": FILE}, {"path": FILE}]}, "found one of them twice"),
    ],
)
def test_a_manifest_that_cannot_be_is_refused(
    connection, tmp_path, change, expected_text
):
    def edit(files, manifest):
        manifest.update({**change, "window": {**manifest["window"], **said}})

    said = change.get("window", {})
    assert expected_text in refused(connection, tmp_path, occurrences(3), edit)


def test_a_damaged_copy_is_not_known(connection, tmp_path):
    path = delivery(tmp_path, {"occurrences": occurrences(3)})
    land("niche_rms", path)
    file = path / FILE
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(DeliveryRejected, match="the SHA-256 that the manifest states"):
        land("niche_rms", path)
    assert held(connection) == 3


@pytest.mark.parametrize("fault", [duckdb.OutOfMemoryException, duckdb.IOException])
def test_no_room_is_the_machines_fault_and_no_refusal(
    connection, tmp_path, monkeypatch, fault
):
    def stop(*_):
        raise fault(f"no room for {NAME}")

    path = delivery(tmp_path, {"occurrences": occurrences(3)})
    with monkeypatch.context() as patched:
        patched.setattr("rasure.landing.transaction.named_files", stop)
        with pytest.raises(SetupError, match="disk full, or the memory") as raised:
            land("niche_rms", path)
    assert NAME not in str(raised.value)
    assert connection.execute("select count(*) from ops.deliveries").fetchone() == (0,)
    land("niche_rms", path)
    assert held(connection) == 3


def test_what_nobody_thought_of_is_reported_without_its_words(
    connection, tmp_path, monkeypatch
):
    def stop(*_):
        raise ValueError(f"{NAME} is not a number")

    monkeypatch.setattr("rasure.landing.transaction.named_files", stop)
    message = refused(connection, tmp_path, occurrences(3))
    place = "test_niche_refusals.py line "
    assert f"found one that stopped the loader (ValueError, {place}" in message
