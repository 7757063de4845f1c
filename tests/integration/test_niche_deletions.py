"""What a force deletes is gone from raw and quarantine, and does not come back."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from rasure.landing import land
from rasure.landing.errors import GateFailed
from tests.integration.niche_deleting import (
    DELETED,
    TABLES,
    Force,
    accounted,
    force,
    one_of_each,
)
from tests.niche_files import delivery, identifier, row

__all__ = ["force"]


def test_a_deleted_person_is_gone_with_all_that_hangs_on_them(force):
    force.full(one_of_each(1, 2))
    force.delta({"persons": [row("persons", 1, sex="male")]})
    force.delete(("persons", 1))
    hangs = {
        "person_names",
        "person_addresses",
        "person_contacts",
        "person_merges",
        "involvements",
        "warnings",
        "orders",
        "bails",
        "intelligence",
        "court_results",
    }
    for name in TABLES:
        assert force.ids(name) == ([2] if name in {"persons", *hangs} else [1, 2])
    assert identifier("persons", 1) not in force.everything()
    assert identifier("persons", 2) in force.everything()
    assert accounted(force.connection)
    left = force.connection.execute(
        "select entity, is_inherited, id_hash = sha256(convert_to("
        "   'thames-valley|persons|' || %s, 'UTF8')) from ops.niche_tombstones"
        " order by is_inherited, entity",
        (identifier("persons", 1),),
    ).fetchall()
    assert left[0] == ("persons", False, True)
    assert {entity for entity, _, _ in left[1:]} == hangs


def test_a_deleted_occurrence_takes_what_hangs_on_its_classifications(force):
    force.full(one_of_each(1, 2))
    force.delete(("occurrences", 1))
    for name in ("occurrences", "classifications", "outcomes", "court_results"):
        assert force.ids(name) == [2]
    for name in ("involvements", "weapons", "flags", "bails", "occurrence_addresses"):
        assert force.ids(name) == [2]
    for name in ("persons", "addresses", "stop_searches", "warnings"):
        assert force.ids(name) == [1, 2]
    assert accounted(force.connection)


def test_pointers_to_what_is_deleted_are_emptied_and_stated_again(force):
    person = identifier("persons", 1)
    force.full(
        {
            "persons": [row("persons", 1)],
            "stop_searches": [row("stop_searches", 7, person_id=person)],
            "weapons": [row("weapons", 8, person_id=person)],
        }
    )
    deletion = force.delete(("persons", 1))
    assert person not in force.everything()
    for table, number in (("stop_searches", 7), ("weapons", 8)):
        rows = force.connection.execute(
            f"select load_id, person_id from raw.niche_{table} order by load_id"
        ).fetchall()
        assert rows == [(deletion.load_id - 1, None), (deletion.load_id, None)]
        assert force.ids(table) == [number, number]
    files = force.connection.execute(
        "select file, kind, rows_landed from ops.delivery_files"
        " where load_id = %s order by file",
        (deletion.load_id,),
    ).fetchall()
    assert files == [
        ("DeletedRecord.csv", "deletions", 1),
        ("GOccIvWeapon.csv, restated", "weapons", 1),
        ("StopSearch.csv, restated", "stop_searches", 1),
    ]
    assert accounted(force.connection)


def test_a_full_extract_restates_nothing(force):
    person = identifier("persons", 1)
    pointing = [row("stop_searches", n, person_id=person) for n in (7, 8)]
    force.full({"stop_searches": pointing})
    gone = row("deletions", 1, entity="persons", deleted_at=DELETED)
    force.full({"stop_searches": pointing[:1], "deletions": [gone]})
    assert force.ids("stop_searches") == [7, 7, 8]
    assert person not in force.everything()


def test_quarantined_rows_go_too_whatever_was_wrong_with_them(force):
    def spoil(files, manifest):
        name = "GOccIvGPerson.csv"
        short = f"{identifier('persons', 1)},cut".encode()
        content = files[name] + short + b"\r\n"
        files[name] = content
        (file,) = [file for file in manifest["files"] if file["path"] == name]
        sha256 = hashlib.sha256(content).hexdigest()
        file.update(sha256=sha256, bytes=len(content), rows=7)

    rows = {
        "involvements": [
            row("involvements", 1, modified_at="no time"),
            row("involvements", 2, modified_at="no time"),
            *(row("involvements", number) for number in range(3, 7)),
        ]
    }
    land("niche_rms", delivery(force.folder, rows, change=spoil))
    kept = "select row_number from quarantine.niche_involvements order by 1"
    assert force.connection.execute(kept).fetchall() == [(1,), (2,), (7,)]
    force.delete(("persons", 1))
    assert force.connection.execute(kept).fetchall() == [(2,)]
    assert accounted(force.connection)


def test_another_forces_record_of_the_same_id_stays(force, connection, tmp_path):
    other = Force(connection, tmp_path / "other", "hampshire")
    force.full(one_of_each(1))
    other.full(one_of_each(1))
    force.delete(("persons", 1))
    assert force.ids("persons") == force.ids("involvements") == [1]
    assert other.full(one_of_each(1, 2)).rows_landed == 42
    assert force.ids("persons") == [1, 1, 2]


def test_a_deletion_that_cannot_be_read_stops_the_delivery(force):
    force.full(one_of_each(1))
    with pytest.raises(GateFailed) as refused:
        force.delete(("persons", 1), at="some day")
    assert "expected no deletion that cannot be read, found 1" in str(refused.value)
    assert force.ids("persons") == [1]


def test_a_repeated_deletion_changes_nothing(force):
    force.full(one_of_each(1, 2))
    first = force.delete(("persons", 1))
    stood = force.connection.execute("select * from ops.niche_tombstones").fetchall()
    force.delete(("persons", 1))
    again = force.connection.execute("select * from ops.niche_tombstones").fetchall()
    assert again == stood
    assert {load for *_, load, _ in stood} == {first.load_id}


def test_a_row_that_lands_in_parallel_with_its_deletion_does_not_stay(force, database):
    """The landing waits for the one that brings the deletion, and sees what it left."""
    lock = "pg_advisory_xact_lock(hashtext('ops.niche_tombstones'))"
    waits = "select 1 from pg_locks where locktype = 'advisory' and not granted"
    with psycopg.connect(database) as other, ThreadPoolExecutor(1) as pool:
        other.execute(f"select {lock}")
        landing = pool.submit(force.delta, {"persons": [row("persons", 1)]})
        while not other.execute(waits).fetchone():
            time.sleep(0.01)
        other.execute(
            "insert into ops.niche_tombstones values ('thames-valley', 'persons',"
            " ops.niche_hash('thames-valley', 'persons', %s), %s, 0, false)",
            (identifier("persons", 1), DELETED),
        )
        other.commit()
        assert landing.result().rows_landed == 1
    assert force.ids("persons") == []
