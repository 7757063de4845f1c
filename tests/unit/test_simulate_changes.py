"""Single changes: a delta that holds one change and nothing else."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from rasure.instruments.simulate import delta
from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.instruments.truth import planted
from tests.unit.simulated_force import delivered, files, truth

MOMENT = datetime(2026, 1, 1, 4, tzinfo=UTC)  # of the history's extract


def test_a_single_crime_comes_with_its_people_and_its_place_alone(out, full):
    delivery = delta.write_change(out, "crime")
    assert delivery.name.endswith("-delta-20260101T040100Z")
    (row,) = delivered(delivery, "occurrences")
    assert row["occurrence_id"] not in full["occurrences"]
    (classified,) = delivered(delivery, "classifications")
    assert classified["recorded_class"] == delta.ONLY
    assert row["location_type"] != "DWE"
    assert files(delivery) <= {
        "occurrences",
        "classifications",
        "outcomes",
        "persons",
        "person_names",
        "person_addresses",
        "person_contacts",
        "involvements",
        "addresses",
        "occurrence_addresses",
        "weapons",
        "flags",
        "bails",
    }
    true_occurrences = truth(out, "deltas/00001/occurrences")
    assert [row["occurrence_id"] for row in true_occurrences] == [row["occurrence_id"]]
    assert true_occurrences[0]["is_serious_violence_in_public"]
    assert true_occurrences[0]["has_knife"]


def test_a_single_reclassification_ends_one_row_and_begins_another(out, full):
    delivery = delta.write_change(out, "reclassify")
    assert files(delivery) == {"occurrences", "classifications"}
    rows = delivered(delivery, "classifications")
    old = next(
        row for row in rows if row["classification_id"] in full["classifications"]
    )
    new = next(row for row in rows if row is not old)
    assert old["effective_to"] == new["effective_from"]
    assert old["recorded_class"] != new["recorded_class"]
    assert old["occurrence_id"] == new["occurrence_id"]
    (occurrence,) = delivered(delivery, "occurrences")
    assert occurrence["occurrence_id"] == old["occurrence_id"]
    assert occurrence["summary"] == full["occurrences"][old["occurrence_id"]]["summary"]


def test_the_truth_follows_a_reclassification_with_its_harm(out, history):
    base = planted.read(history / "truth")
    turned = {"8N": 1460.0, "105A": 10.0, "34B": 2.0}
    row = newest(row for row in base.rows("offender_rows") if is_turned(row, turned))
    _, after, delivery = followed(out, history, "reclassify", of=[row["occurrence_id"]])
    (new,) = (
        one for one in delivered(delivery, "classifications") if not one["effective_to"]
    )
    (changed,) = truth(out, "deltas/00001/changes")
    assert changed["new_id"] == new["classification_id"]
    assert changed["offence_subclass"] == new["recorded_subclass"]
    own = [
        one
        for one in after.rows("offender_rows")
        if one["occurrence_id"] == row["occurrence_id"]
        and one["true_person"] == row["true_person"]
    ]
    assert turned[row["offence_code"]] in {one["harm_days"] for one in own}
    assert row["classification_id"] not in {one["classification_id"] for one in own}


def test_the_truth_follows_a_deletion(out, history):
    base = planted.read(history / "truth")
    row = newest(base.rows("offender_rows"))
    before, after, _ = followed(out, history, "delete", of=[row["occurrence_id"]])
    for name in ("offender_rows", "knife_events"):
        gone = [
            one
            for one in before.rows(name)
            if one["occurrence_id"] == row["occurrence_id"]
        ]
        assert len(after.rows(name)) == len(before.rows(name)) - len(gone)


def test_the_truth_of_a_day_has_its_new_records_and_its_changes(out, history):
    shutil.copytree(history / "truth", out / "truth")
    before = planted.read(out / "truth")
    delta.write_day(out)
    after = planted.follow(before, MOMENT + timedelta(days=1))
    assert after.extracted_at == MOMENT + timedelta(days=1)
    people = after.rows("people")
    assert len(people) > len(before.rows("people"))
    assert len({row["person_id"] for row in people}) == len(people)
    changes = truth(out, "deltas/00001/changes")
    assert {row["change"] for row in changes} == {
        "reclassified",
        "cancelled",
        "deleted",
    }
    cancelled = {row["record_id"] for row in changes if row["change"] == "cancelled"}
    for row in after.rows("offender_rows"):
        assert row["is_cancelled"] or row["occurrence_id"] not in cancelled
    deleted = {row["record_id"] for row in changes if row["change"] == "deleted"}
    assert not deleted & {row["person_id"] for row in people}
    assert not deleted & {row["occurrence_id"] for row in after.rows("offender_rows")}


def test_the_truth_follows_no_delta_that_has_not_landed(out, history):
    before, after, _ = followed(out, history, "delete", as_of=MOMENT)
    assert after.tables == before.tables


def newest(rows) -> dict:
    """The row of the occurrence that was reported last; serials grow with reports."""
    return max(rows, key=lambda row: row["occurrence_id"])


def is_turned(row: dict, turned) -> bool:
    """True for a crime that a reclassification can turn into another offence."""
    return row["offence_code"] in turned and not row["is_cancelled"]


def followed(out, history, kind, of=(), as_of=None):
    """The truth before and after a change of a kind, and its delivery."""
    shutil.copytree(history / "truth", out / "truth")
    before = planted.read(out / "truth")
    delivery = delta.write_change(out, kind, of=of)
    as_of = as_of or MOMENT + timedelta(minutes=1)
    return before, planted.follow(before, as_of), delivery


def test_a_single_elimination_keeps_the_row_but_for_its_date(out, full):
    delivery = delta.write_change(out, "eliminate")
    (row,) = delivered(delivery, "involvements")
    before = full["involvements"][row["involvement_id"]]
    assert row["eliminated_at"]
    kept = ("occurrence_id", "person_id", "roles", "created_at")
    assert {name: row[name] for name in kept} == {name: before[name] for name in kept}


def test_a_single_merge_is_of_one_true_person(out, history):
    delivery = delta.write_change(out, "merge")
    (row,) = delivered(delivery, "person_merges")
    true = {r["person_id"]: r["true_person"] for r in truth(history, "people")}
    assert row["surviving_person_id"] != row["merged_person_id"]
    assert true[row["surviving_person_id"]] == true[row["merged_person_id"]]


def test_a_change_is_of_the_record_that_is_asked_for(out, full):
    named = next(
        row
        for row in reversed(list(full["involvements"].values()))
        if row["roles"] == ";SUS;" and not row["eliminated_at"]
    )
    delivery = delta.write_change(out, "eliminate", of=[named["person_id"]])
    (row,) = delivered(delivery, "involvements")
    assert row["person_id"] == named["person_id"]
    merged = {row["merged_person_id"] for row in full["person_merges"].values()}
    one, other = [person for person in full["persons"] if person not in merged][:2]
    delivery = delta.write_change(out, "merge", of=[other, one])
    (row,) = delivered(delivery, "person_merges")
    assert (row["surviving_person_id"], row["merged_person_id"]) == (other, one)
    with pytest.raises(
        SimulationImpossible, match=f"of {one} that was delivered recently"
    ):
        delta.write_change(out, "reclassify", of=[one])
    with pytest.raises(SimulationImpossible, match="no record id"):
        delta.write_change(out, "delete", of=["x"])
