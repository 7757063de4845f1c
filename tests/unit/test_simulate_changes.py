"""Single changes: a delta that holds one change and nothing else."""

from __future__ import annotations

import pytest

from rasure.instruments.simulate import delta
from rasure.instruments.simulate.errors import SimulationImpossible
from tests.unit.simulated_force import delivered, files, truth


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
