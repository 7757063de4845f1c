"""A run that is told what has changed reads few records and ends where all would."""

from __future__ import annotations

import random

import pytest

from rasure.instruments.linkage_quality import hard_set
from rasure.linkage import delta
from rasure.linkage.changes import link_changes
from rasure.linkage.linking import has_news
from rasure.linkage.reviews import decide_pair
from rasure.linkage.rules import Rules
from tests.integration.linkage_fixtures import FORCE, RELATION, Records

NUMBERS = {1: "2001/123456F", 2: "2001/223456B", 3: "2001/323456X", 4: "2001/423456T"}


@pytest.fixture
def records(connection, monkeypatch) -> Records:
    monkeypatch.setattr(delta, "FEW", 1.0)  # these warehouses are small
    return Records(connection)


def insert(records: Records, rows: list[tuple]) -> None:
    with (
        records.connection.cursor() as cursor,
        cursor.copy(f"copy {RELATION} from stdin") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def ids(rows: list[tuple]) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in rows]


def erase(records: Records, rows: list[tuple]) -> None:
    """As a landing erases: from the source and from linkage, between two runs."""
    for _, person_id in ids(rows):
        records.remove(person_id)
        records.erase(person_id)


@pytest.mark.parametrize("block", [4, 150])
@pytest.mark.parametrize("seed", [1, 2])
def test_runs_on_what_changed_end_where_a_run_on_all_ends(records, block, seed):
    rules = Rules.load(block=block, postcode_records=block // 2, contact_records=2)
    chance = random.Random(seed)
    rows = hard_set.make(150, seed).records
    chance.shuffle(rows)
    insert(records, rows[120:])
    records.link(rules=rules)
    for start in range(0, 48, 8):
        late, gone, changed, erased = (
            rows[start : start + 8],
            rows[120 + start : 123 + start],
            rows[170 + start : 174 + start],
            rows[220 + start : 223 + start],
        )
        insert(records, late)
        for row in (*gone, *changed):
            records.remove(row[1])
        other = [
            (*row[:6], *chance.choice(rows)[6:8], *row[8:10], [], []) for row in changed
        ]
        insert(records, other)
        erase(records, erased)
        report = records.link(
            rules=rules, changed=ids([*late, *gone, *changed, *erased])
        )
        assert report.kind == "incremental"
        kept = records.kept()
        records.link("rescore", rules=rules)
        assert records.kept() == kept, start
        assert not has_news(records.connection)


def test_few_records_are_read_for_a_few(records, monkeypatch):
    rows = hard_set.make(300, 5).records
    insert(records, rows[10:])
    records.link()
    read = []
    original = delta.reading.read_persons

    def count(*arguments, **options) -> int:
        read.append(original(*arguments, **options))
        return read[-1]

    monkeypatch.setattr(delta.reading, "read_persons", count)
    insert(records, rows[:2])
    report = records.link(changed=ids(rows[:2]))
    assert (report.records_changed, report.records) == (2, len(rows) - 8)
    assert max(read) < 150


def test_a_decision_and_an_erasure_are_news_to_the_next_run(records):
    for person, forename in ((1, "John"), (2, "John"), (3, "Peter")):
        records.add(person, forename, "Sutcliffe", national_id=None)
    records.link()
    assert records.groups() == [["1", "2"], ["3"]]
    decide_pair(records.connection, (FORCE, "1"), (FORCE, "2"), "rejected", "me", None)
    assert has_news(records.connection)
    records.link(changed=[])
    assert records.groups() == [["1"], ["2"], ["3"]]
    decide_pair(records.connection, (FORCE, "1"), (FORCE, "2"), "accepted", "me", None)
    records.link(changed=[])
    assert records.groups() == [["1", "2"], ["3"]]
    before = records.golden()["2"]
    erase(records, [(FORCE, "1")])
    assert has_news(records.connection)
    records.link(changed=[(FORCE, "1")])
    assert records.groups() == [["2"], ["3"]]
    assert records.golden()["2"] != before


def test_after_a_full_refresh_the_records_tell_what_has_changed(records):
    def refreshed():
        """Link without a list of changed records, as after a full refresh."""
        return link_changes(records.connection, None)

    for person, forename in ((1, "John"), (2, "John"), (3, "Peter"), (4, "Ann")):
        records.add(person, forename, "Sutcliffe", national_id=NUMBERS[person])
    assert refreshed().records_changed == 4
    before = records.kept()
    assert refreshed().records_changed == 0
    assert records.kept() == before

    records.add(3, "Petra", "Sutcliffe", national_id=NUMBERS[3])
    records.add(5, "Joan", "Archer")
    records.remove(4)
    report = refreshed()
    assert (report.records, report.records_changed, report.records_erased) == (4, 2, 1)
    assert records.groups() == [["1"], ["2"], ["3"], ["5"]]

    records.merge(1, 2)
    assert refreshed().persons == 3
    assert records.groups() == [["1", "2"], ["3"], ["5"]]
    records.connection.execute("update linkage.models set versions = '{}'")
    assert link_changes(records.connection, []).kind == "trained"  # of other rules
    assert link_changes(records.connection, []) is None
