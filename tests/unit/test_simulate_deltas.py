"""The days after a history, and single changes: each follows on from what is there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rasure.cli import app
from rasure.instruments.simulate import delta
from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.instruments.simulate.plan import plan
from rasure.sources.niche_rms.entities import ENTITIES
from tests.unit.simulated_force import (
    delivered,
    files,
    instant,
    manifest,
)


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
    assert {row["entity"] for row in gone} == {"GOccurrence", "GPerson"}
    ids = {row["record_id"] for row in gone}
    assert ids <= full["occurrences"].keys() | full["persons"].keys()
    for name in files(delivery) - {"deletions"}:
        for row in delivered(delivery, name):
            assert not ids & set(row.values()), name


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


def test_a_deleted_occurrence_is_not_heard_of_again(out, full):
    delivery = delta.write_change(out, "delete")
    (row,) = delivered(delivery, "deletions")
    assert row["record_id"] in full["occurrences"]
    for _ in range(2):
        later = delta.write_day(out)
        for name in files(later) - {"deletions"}:
            for other in delivered(later, name):
                assert other.get("occurrence_id") != row["record_id"], name


def test_the_command_writes_a_history_and_goes_on_from_it(tmp_path):
    def run(*words: str) -> list[str]:
        answer = CliRunner().invoke(app, ["simulate", "--out", str(tmp_path), *words])
        assert answer.exit_code == 0, answer.output
        return [line for line in answer.stdout.splitlines() if "niche_rms" in line]

    small = ("--years", "1", "--crimes-per-year", "1000", "--as-at", "2025-07-01")
    (path,) = run(*small)
    assert path.endswith("niche_rms-thames-valley-full-20250701T040000Z")
    paths = run("--days", "2", "--change", "merge")
    assert [path[-22:] for path in paths] == [
        "delta-20250702T040000Z",
        "delta-20250703T040000Z",
        "delta-20250703T040100Z",
    ]
    assert all(Path(path, "manifest.json").is_file() for path in paths)


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
