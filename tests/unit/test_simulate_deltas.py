"""The days after a history, and single changes: each follows on from what is there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from rasure.simulate import delta
from rasure.simulate.errors import SimulationImpossible
from rasure.simulate.extract import write_history
from rasure.simulate.plan import plan
from rasure.sources.niche_rms.entities import ENTITIES
from tests.unit.simulated_force import MAPPING, delivered, instant, manifest, truth


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("force")
    write_history(plan("thames-valley", 3, 1, crimes_per_year=20_000), folder)
    return folder


@pytest.fixture
def out(history: Path, tmp_path: Path) -> Path:
    shutil.copytree(history / "state", tmp_path / "state")
    return tmp_path


@pytest.fixture(scope="module")
def full(history: Path) -> dict[str, dict[str, dict]]:
    delivery = next((history / "deliveries").iterdir())
    return {
        name: {row[ENTITIES[name].key]: row for row in delivered(delivery, name)}
        for name in MAPPING.entities
        if name not in ("choices", "deletions")
    }


def files(delivery: Path) -> set[str]:
    """The entities that a delivery has."""
    return {
        MAPPING.by_file[file["path"].removesuffix(".csv")].name
        for file in manifest(delivery)["files"]
    }


def test_a_day_brings_new_occurrences_with_all_that_hangs_on_them(out, full):
    delivery = delta.write_day(out)
    assert delivery.name == "niche_rms-thames-valley-delta-20260102T040000Z"
    assert manifest(delivery)["window"] == {
        "from": "2026-01-01T04:00:00+00:00",
        "to": "2026-01-02T04:00:00+00:00",
    }
    occurrences = {r["occurrence_id"]: r for r in delivered(delivery, "occurrences")}
    new = occurrences.keys() - full["occurrences"].keys()
    assert 30 < len(new) < 100
    start, end = instant("01/01/2026 04:00:00"), instant("02/01/2026 04:00:00")
    for id_ in new:
        reported = instant(occurrences[id_]["reported_at"])
        assert start - timedelta(days=1) < reported < end
    numbers = {row["occurrence_number"] for row in full["occurrences"].values()}
    assert not numbers & {occurrences[id_]["occurrence_number"] for id_ in new}
    for name in ("classifications", "involvements", "occurrence_addresses"):
        assert new & {row["occurrence_id"] for row in delivered(delivery, name)}
    for name in files(delivery) - {"deletions"}:
        for row in delivered(delivery, name):
            assert start <= instant(row["modified_at"]) < end, name


def test_every_reference_of_a_day_was_delivered_by_then(out, full):
    delivery = delta.write_day(out)
    known = {
        name: set(full[name]) | {row[ENTITIES[name].key] for row in rows}
        for name in (
            "occurrences",
            "persons",
            "classifications",
            "addresses",
            "officers",
        )
        if (rows := delivered(delivery, name) if name != "officers" else []) is not None
    }
    keys = {ENTITIES[name].key: ids for name, ids in known.items()}
    for name in files(delivery) - {"deletions"}:
        for row in delivered(delivery, name):
            for column in keys.keys() & row.keys():
                assert not row[column] or row[column] in keys[column], (name, column)
    people = {row["person_id"] for row in delivered(delivery, "involvements")}
    assert people & full["persons"].keys()
    assert people - full["persons"].keys()


def test_a_day_changes_what_was_delivered_before(out, full):
    delivery = delta.write_day(out)

    def changed(name: str) -> list[tuple[dict, dict]]:
        return [
            (full[name][row[ENTITIES[name].key]], row)
            for row in delivered(delivery, name)
            if row[ENTITIES[name].key] in full[name]
        ]

    assert any(
        not a["effective_to"] and b["effective_to"]
        for a, b in changed("classifications")
    )
    assert any(
        not a["eliminated_at"] and b["eliminated_at"]
        for a, b in changed("involvements")
    )
    assert any(
        not a["cancelled_at"] and b["cancelled_at"] for a, b in changed("occurrences")
    )
    assert any(
        not a["unmerged_at"] and b["unmerged_at"] for a, b in changed("person_merges")
    )
    assert any(a["date_of_birth"] != b["date_of_birth"] for a, b in changed("persons"))
    classes = {row["classification_id"] for row in delivered(delivery, "outcomes")}
    assert classes & full["classifications"].keys()
    merges = {row["person_merge_id"] for row in delivered(delivery, "person_merges")}
    assert merges - full["person_merges"].keys()
    gone = delivered(delivery, "deletions")
    assert gone
    assert all(row["entity"] == "GOccurrence" for row in gone)
    assert {row["record_id"] for row in gone} <= full["occurrences"].keys()
    told = {row["occurrence_id"] for row in delivered(delivery, "occurrences")}
    assert not told & {row["record_id"] for row in gone}


def test_days_follow_one_another_and_are_the_same_for_the_same_seed(
    out, tmp_path_factory
):
    other = tmp_path_factory.mktemp("again")
    shutil.copytree(out / "state", other / "state")
    made = [delta.write_day(out), delta.write_day(out)]
    again = [delta.write_day(other), delta.write_day(other)]
    assert [path.name[-16:] for path in made] == [
        "20260102T040000Z",
        "20260103T040000Z",
    ]
    assert [manifest(path) for path in made] == [manifest(path) for path in again]
    first, second = (
        {row["occurrence_id"] for row in delivered(path, "occurrences")}
        for path in made
    )
    assert second - first
    numbers = [
        row["occurrence_number"]
        for path in made
        for row in delivered(path, "occurrences")
        if row["occurrence_number"].startswith("4326")
    ]
    assert len(set(numbers)) > 50


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


def test_a_deleted_occurrence_is_not_heard_of_again(out, full):
    delivery = delta.write_change(out, "delete")
    (row,) = delivered(delivery, "deletions")
    assert row["record_id"] in full["occurrences"]
    for _ in range(2):
        later = delta.write_day(out)
        for name in files(later) - {"deletions"}:
            for other in delivered(later, name):
                assert other.get("occurrence_id") != row["record_id"], name


def test_without_a_history_a_delta_is_refused(tmp_path):
    with pytest.raises(SimulationImpossible, match="no simulated history"):
        delta.write_day(tmp_path)


def test_too_small_or_too_long_a_force_is_refused():
    with pytest.raises(SimulationImpossible, match="1,000 or more"):
        plan("thames-valley", 1, 6, crimes_per_year=999)
    with pytest.raises(SimulationImpossible, match="1 to 20"):
        plan("thames-valley", 1, 0)
    with pytest.raises(SimulationImpossible, match="a date such as"):
        plan("thames-valley", 1, 6, as_at="yesterday")
