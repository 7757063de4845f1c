"""Single changes: a delta that holds one change and nothing else."""

from __future__ import annotations

from rasure.simulate import delta
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
    told = truth(out, "deltas/00001/occurrences")
    assert [row["occurrence_id"] for row in told] == [row["occurrence_id"]]
    assert told[0]["is_serious_violence_in_public"]
    assert told[0]["has_knife"]


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
    (told,) = delivered(delivery, "occurrences")
    assert told["occurrence_id"] == old["occurrence_id"]
    assert told["summary"] == full["occurrences"][old["occurrence_id"]]["summary"]


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
