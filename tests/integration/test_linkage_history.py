"""Golden ids over time: merges, unmerges, decisions, erasure; as if never merged."""

from __future__ import annotations

from datetime import date

import pytest

from rasure.linkage.errors import RelationRejected, ReviewRejected, TooManyVanished
from rasure.linkage.reviews import decide, decide_pair, reviews
from tests.integration.linkage_fixtures import FORCE, Records


@pytest.fixture
def records(connection) -> Records:
    """Two strangers, and two records of one person."""
    records = Records(connection)
    records.add(1, "Adam", "Novak")
    records.add(2, "Grace", "Okafor", date(1978, 9, 30), "female", postcode="SL1 1AA")
    records.add(3, "Daniel", "Hartigan", date(1985, 4, 2), postcode="RG4 5CD")
    records.add(4, "Daniel", "Hartigan", date(1985, 4, 2), postcode="RG4 5CD")
    records.link()
    return records


def history(records: Records, person_id: int) -> list[tuple[str, str, bool]]:
    return records.connection.execute(
        "select golden_id, reason, effective_to is null from linkage.golden_ids"
        " where person_id = %s order by effective_from",
        (str(person_id),),
    ).fetchall()


def test_a_person_has_the_golden_id_of_their_eldest_record(records):
    golden = records.golden()
    assert records.groups() == [["1"], ["2"], ["3", "4"]]
    records.remove(3)
    records.add(5, "Daniel", "Hartigan", date(1985, 4, 2), postcode="RG4 5CD")
    records.link()
    assert records.golden()["4"] == records.golden()["5"] != golden["4"]
    assert [reason for _, reason, _ in history(records, 4)] == ["new", "elder erased"]


def test_a_merge_at_the_source_is_taken_and_undone(records):
    before = records.kept()
    golden = records.golden()
    records.merge(1, 2)
    records.link()
    assert records.groups() == [["1", "2"], ["3", "4"]]
    assert records.golden()["2"] == golden["1"]
    records.unmerge(1, 2)
    records.link()
    assert records.kept() == before
    assert history(records, 2) == [
        (golden["2"], "new", False),
        (golden["1"], "merged", False),
        (golden["2"], "separated", True),
    ]
    assert history(records, 1) == [(golden["1"], "new", True)]


def test_the_history_of_a_person_has_neither_gap_nor_overlap(records):
    records.merge(1, 2)
    records.link()
    records.unmerge(1, 2)
    records.link()
    rows = records.connection.execute(
        "select effective_from, effective_to from linkage.golden_ids"
        " where person_id = '2' order by effective_from"
    ).fetchall()
    assert [end for _, end in rows[:-1]] == [start for start, _ in rows[1:]]


def test_a_merge_undone_keeps_the_model_from_merging_the_two(records):
    records.merge(3, 4)
    records.unmerge(3, 4)
    records.link()
    assert records.groups() == [["1"], ["2"], ["3"], ["4"]]


def test_a_merge_at_the_source_stands_above_a_rule(records):
    records.add(1, "Adam", "Novak", national_id="97/123456R")
    records.add(2, "Grace", "Okafor", national_id="03/654321N")
    records.merge(1, 2)
    records.link()
    assert records.groups() == [["1", "2"], ["3", "4"]]


def test_a_rejection_parts_two_for_good(records):
    alone = {"3": records.golden()["3"]}
    decide_pair(
        records.connection, (FORCE, "4"), (FORCE, "3"), "rejected", "A Reviewer"
    )
    for mode in ("incremental", "rescore", "full"):
        records.link(mode=mode)
        assert records.groups() == [["1"], ["2"], ["3"], ["4"]]
    assert records.golden()["3"] == alone["3"]
    records.merge(3, 4)
    records.link()
    assert records.groups() == [["1"], ["2"], ["3"], ["4"]]


def test_an_accepted_review_merges_for_good_and_can_be_taken_back(records):
    records.add(5, "Adam", "Novak", date(1991, 5, 17), postcode="MK9 7ZZ")
    records.link()
    (review,) = reviews(records.connection)
    before = records.golden()
    decide(records.connection, review.review_id, "accepted", "A Reviewer", "interview")
    records.link()
    assert records.golden()["5"] == before["1"]
    records.link(mode="full")
    assert records.golden()["5"] == before["1"]
    decide(records.connection, review.review_id, "rejected", "Another")
    assert records.link().reviews_open == 0
    assert records.golden() == before
    (taken,) = reviews(records.connection, "rejected")
    assert (taken.decided_by, taken.note) == ("Another", None)


def test_a_decision_on_nobody_is_refused(records):
    with pytest.raises(ReviewRejected, match="no review 99"):
        decide(records.connection, 99, "accepted", "A Reviewer")
    with pytest.raises(ReviewRejected, match="does not know both"):
        decide_pair(records.connection, (FORCE, "1"), (FORCE, "9"), "rejected", "A")
    with pytest.raises(ReviewRejected, match="two different"):
        decide_pair(records.connection, (FORCE, "1"), (FORCE, "1"), "rejected", "A")
    with pytest.raises(ReviewRejected, match="the name of who decides"):
        decide(records.connection, 1, "accepted", " ")


@pytest.mark.parametrize("is_landing", [True, False])
def test_a_person_deleted_at_the_source_is_in_no_table(records, is_landing):
    records.merge(1, 3)
    decide_pair(
        records.connection, (FORCE, "2"), (FORCE, "3"), "rejected", "A Reviewer"
    )
    records.link()
    records.remove(3)
    if is_landing:
        records.erase(3)
    else:
        assert records.link().records_erased == 1
    tables = records.connection.execute(
        "select table_name from information_schema.tables"
        " where table_schema = 'linkage' and table_type = 'BASE TABLE'"
    ).fetchall()
    assert len(tables) == 10
    for (table,) in tables:
        rows = records.connection.execute(f"select * from linkage.{table}").fetchall()
        assert not any("3" in row for row in rows), table
    records.link()
    assert records.groups() == [["1"], ["2"], ["4"]]


def test_a_run_that_would_erase_nearly_everybody_is_refused(records):
    for number in range(100, 200):
        records.add(number, "Adam", "Novak", postcode=[])
    records.link()
    before = records.kept()
    records.connection.execute("delete from core.person_records where person_id > '1'")
    with pytest.raises(TooManyVanished, match=r"lacks 103 of the 104 persons"):
        records.link()
    assert records.kept() == before
    assert records.link(may_erase=True).records_erased == 103
    assert records.golden().keys() == {"1"}


def test_a_relation_that_cannot_be_read_is_named(records):
    with pytest.raises(RelationRejected, match=r"core.nothing cannot be read: .*exist"):
        records.link(relation="core.nothing")
    records.connection.execute(
        "insert into core.person_records select * from core.person_records limit 1"
    )
    with pytest.raises(RelationRejected, match="1 rows too many"):
        records.link()
