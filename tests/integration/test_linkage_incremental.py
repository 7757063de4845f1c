"""A run on what changed ends where scoring everything again ends."""

from __future__ import annotations

import random

import pytest

from rasure.instruments.linkage_quality import hard_set
from rasure.linkage.rules import Rules
from tests.integration.linkage_fixtures import RELATION, Records


@pytest.fixture
def records(connection) -> Records:
    return Records(connection)


def insert(records: Records, rows: list[tuple]) -> None:
    with (
        records.connection.cursor() as cursor,
        cursor.copy(f"copy {RELATION} from stdin") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def delete(records: Records, rows: list[tuple]) -> None:
    records.connection.execute(
        f"delete from {RELATION} where person_id = any(%s)", ([row[1] for row in rows],)
    )


# Blocks of more than four are left out here, so that blocks cross the limit both ways.
@pytest.mark.parametrize("block", [4, 150])
@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_runs_end_where_a_full_run_ends(records, block, seed):
    rules = Rules.load(block=block, postcode_records=block // 2, contact_records=2)
    chance = random.Random(seed)
    rows = hard_set.make(250, seed).records
    late, gone, changed = rows[:40], rows[40:60], rows[60:100]
    insert(records, rows[40:])
    records.link(rules=rules)
    for batch in (late[:15], late[15:]):
        insert(records, batch)
        assert records.link(rules=rules).records_changed == len(batch)
    delete(records, gone)
    delete(records, changed)
    insert(
        records,
        [(*row[:6], *chance.choice(rows)[6:8], *row[8:10], [], []) for row in changed],
    )
    report = records.link(rules=rules)
    assert (report.kind, report.records_erased) == ("incremental", len(gone))
    incremental = records.kept()
    whole = records.link("rescore", rules=rules)
    assert whole.pairs_compared > report.pairs_compared
    assert records.kept() == incremental
    assert (report.crowded_blocks > 0) == (block == 4)


def test_the_order_of_arrival_does_not_matter(records):
    rows = hard_set.make(150, 3).records
    chance = random.Random(3)
    insert(records, rows)
    records.link()
    at_once = records.golden()
    records.connection.execute(
        f"truncate {RELATION}, linkage.golden_ids, linkage.pairs, linkage.persons,"
        " linkage.reviews, linkage.crowded_blocks, linkage.blocks"
    )
    chance.shuffle(rows)
    for start in range(0, len(rows), 80):
        insert(records, rows[start : start + 80])
        records.link()
    assert records.golden() == at_once


def test_the_same_records_again_change_nothing(records):
    insert(records, hard_set.make(100, 4).records)
    records.link()
    before = records.kept()
    history = "select * from linkage.golden_ids order by 1, 2, 4"
    rows = records.connection.execute(history).fetchall()
    report = records.link()
    assert (report.records_changed, report.pairs_compared) == (0, 0)
    assert records.kept() == before
    assert records.connection.execute(history).fetchall() == rows


def test_another_version_of_the_rules_scores_everything_again(records, tmp_path):
    insert(records, hard_set.make(50, 5).records)
    first = records.link()
    assert records.link().kind == "incremental"
    newer = Rules(**{**vars(Rules.load()), "version": "another"})
    second = records.link(rules=newer)
    assert (second.kind, second.model_id) == ("trained", first.model_id + 1)
    versions = records.connection.execute(
        "select versions from linkage.models order by model_id"
    ).fetchall()
    assert [row["rules"] for (row,) in versions] == [Rules.load().version, "another"]
    assert set(versions[0][0]) == {"rules", "model", "content", "splink", "duckdb"}
    assert records.link(rules=newer).kind == "incremental"
    assert records.link(rules=Rules.load(merge=0.98)).kind == "trained"
