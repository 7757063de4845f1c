"""What a force deletes is gone from raw and quarantine, and does not come back."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from rasure.landing import land
from rasure.landing.errors import GateFailed
from rasure.sources.niche_rms.entities import ENTITIES
from tests.niche_files import EXTRACTED, START, delivery, identifier, row

TABLES = [name for name in ENTITIES if name not in ("choices", "deletions")]
DAY = timedelta(days=1)
DELETED = EXTRACTED - timedelta(hours=12)


class Force:
    """A force that delivers a full extract and then deltas, a day apart."""

    def __init__(self, connection, folder, force="thames-valley"):
        self.connection, self.folder, self.force = connection, folder, force
        self.days = 0

    def full(self, rows):
        return self._land(rows, "full")

    def delta(self, rows):
        return self._land(rows, "delta")

    def delete(self, *records, at=DELETED):
        """Deliver the deletion of (entity, number) each."""
        rows = [row("deletions", n, entity=e, deleted_at=at) for e, n in records]
        return self.delta({"deletions": rows})

    def _land(self, rows, kind):
        self.days += 1
        taken = EXTRACTED + self.days * DAY
        path = delivery(
            self.folder, rows, force=self.force, kind=kind, extracted_at=taken
        )
        return land("niche_rms", path)

    def ids(self, entity) -> list[int]:
        """The numbers of the records of which raw holds a version, with repeats."""
        key = ENTITIES[entity].key
        found = self.connection.execute(
            f"select right({key}, 15)::bigint from raw.niche_{entity} order by 1"
        )
        return [number for (number,) in found]

    def everything(self) -> str:
        """All that raw, quarantine and ops hold, as one text; but for the ids that
        staging has yet to let go of, which the test of the models looks at."""
        found = ""
        for schema in ("raw", "quarantine", "ops"):
            tables = self.connection.execute(
                "select table_name from information_schema.tables"
                " where table_schema = %s and table_type = 'BASE TABLE'"
                " and table_name <> 'niche_erased'",
                (schema,),
            ).fetchall()
            for (table,) in tables:
                query = f"select string_agg(t::text, ' ') from {schema}.{table} as t"
                found += self.connection.execute(query).fetchone()[0] or ""
        return found


@pytest.fixture
def force(connection, tmp_path):
    return Force(connection, tmp_path)


def one_of_each(*numbers) -> dict[str, list[dict]]:
    return {name: [row(name, number) for number in numbers] for name in TABLES}


def accounted(connection) -> bool:
    """Whether each file's rows are in raw, in quarantine, or counted as erased."""
    union = " union all ".join(
        f"select file_id from {schema}.niche_{name}"
        for name in ENTITIES
        for schema in ("raw", "quarantine")
    )
    (wrong,) = connection.execute(
        "select count(*) from ops.delivery_files left join"
        f" (select file_id, count(*) as held from ({union}) as rows group by 1)"
        " as counted using (file_id)"
        " where rows_read <> coalesce(held, 0) + rows_erased"
    ).fetchone()
    return wrong == 0


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
        found = force.connection.execute(
            f"select load_id, person_id from raw.niche_{table} order by load_id"
        ).fetchall()
        assert found == [(deletion.load_id - 1, None), (deletion.load_id, None)]
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
        file.update(sha256=sha256, bytes=len(content), rows=3)

    rows = {
        "involvements": [
            row("involvements", 1, created_at="no time"),
            row("involvements", 2, created_at="no time"),
        ]
    }
    land("niche_rms", delivery(force.folder, rows, change=spoil))
    kept = "select row_number from quarantine.niche_involvements order by 1"
    assert force.connection.execute(kept).fetchall() == [(1,), (2,), (3,)]
    force.delete(("persons", 1))
    assert force.connection.execute(kept).fetchall() == [(2,)]
    assert accounted(force.connection)


def test_a_late_row_does_not_come_back(force):
    force.delete(("persons", 1), ("occurrences", 3))
    late = {
        "persons": [row("persons", 1), row("persons", 2)],
        "person_names": [row("person_names", 1), row("person_names", 2)],
        "classifications": [row("classifications", n) for n in (3, 4)],
        "outcomes": [row("outcomes", n) for n in (3, 4)],
    }
    landed = force.delta(late)
    assert landed.rows_landed == 8
    assert force.ids("persons") == force.ids("person_names") == [2]
    assert force.ids("classifications") == force.ids("outcomes") == [4]
    assert accounted(force.connection)
    later = {"outcomes": [row("outcomes", 3, outcome_code="1")]}
    force.delta(later)  # its classification never stood in the warehouse
    assert force.ids("outcomes") == [4]


def test_a_record_made_anew_after_its_deletion_stands(force):
    force.full({"persons": [row("persons", 1)]})
    force.delete(("persons", 1))
    force.delta({"persons": [row("persons", 1, modified_at=EXTRACTED)]})
    assert force.ids("persons") == [1]
    force.delete(("persons", 1))  # the same again, late
    assert force.ids("persons") == [1]


def test_a_row_given_to_another_person_stays_but_for_its_past(force):
    other = {"person_id": identifier("persons", 2)}
    moved = row("involvements", 1, **other, modified_at=START + DAY)
    force.full(one_of_each(1, 2))
    force.delta({"involvements": [moved]})
    force.delete(("persons", 1))
    assert force.ids("involvements") == [1, 2]
    assert identifier("persons", 1) not in force.everything()


def test_a_row_given_to_another_person_stays_though_that_comes_late(force):
    other = {"person_id": identifier("persons", 2)}
    moved = row("involvements", 1, **other, modified_at=START + DAY)
    force.full(one_of_each(1, 2))
    force.delete(("persons", 1))
    assert force.ids("involvements") == [2]
    force.delta({"involvements": [moved]})
    assert force.ids("involvements") == [1, 2]
    (left,) = force.connection.execute(
        "select count(*) from ops.niche_tombstones where entity = 'involvements'"
    ).fetchone()
    assert left == 0


def test_a_row_given_to_the_deleted_person_goes_with_its_past(force):
    moved = row(
        "involvements",
        2,
        person_id=identifier("persons", 1),
        modified_at=START + DAY,
    )
    force.full(one_of_each(1, 2))
    force.delta({"involvements": [moved]})
    force.delete(("persons", 1))
    assert force.ids("involvements") == []


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


def test_a_row_that_lands_beside_its_deletion_does_not_stay(force, database):
    """The landing waits for the one that brings the deletion, and sees what it left."""
    lock = "pg_advisory_xact_lock(hashtext('ops.niche_tombstones'))"
    waits = "select 1 from pg_locks where locktype = 'advisory' and not granted"
    with psycopg.connect(database) as other, ThreadPoolExecutor(1) as beside:
        other.execute(f"select {lock}")
        landing = beside.submit(force.delta, {"persons": [row("persons", 1)]})
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
