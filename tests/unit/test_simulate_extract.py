"""A simulated force's full extract: its form, its traps, its planted truth."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from rasure.instruments.simulate.extract import write_history
from rasure.instruments.simulate.plan import plan
from rasure.sources.niche_rms.entities import ENTITIES
from tests.unit.simulated_force import MAPPING, delivered, instant, manifest


def test_the_delivery_is_named_and_described_as_agreed(delivery):
    assert delivery.name == "niche_rms-thames-valley-full-20260101T040000Z"
    said = manifest(delivery)
    assert (said["source"], said["force"], said["kind"]) == (
        "niche_rms",
        "thames-valley",
        "full",
    )
    assert said["extracted_at"] == "2026-01-01T04:00:00+00:00"
    assert said["window"]["from"] == "2020-01-01T00:00:00+00:00"
    assert {file["path"] for file in said["files"]} == {
        f"{entity.file}.csv" for entity in MAPPING.entities.values()
    }
    for file in said["files"]:
        content = (delivery / file["path"]).read_bytes()
        assert file["bytes"] == len(content)
        assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_every_file_has_the_mapping_s_headers_rows_and_required_values(delivery):
    rows_of = {file["path"]: file["rows"] for file in manifest(delivery)["files"]}
    for name, mapped in MAPPING.entities.items():
        raw = (delivery / f"{mapped.file}.csv").read_bytes()
        raw.decode("cp1252")
        assert raw.split(b"\r\n")[0].decode() == ",".join(mapped.columns.values())
        rows = delivered(delivery, name)
        assert len(rows) == rows_of[f"{mapped.file}.csv"]
        for field in ENTITIES[name].fields:
            if field.is_required:
                assert all(row[field.name] for row in rows), (name, field.name)


def test_numbers_and_ids_follow_the_force_s_patterns(delivery, occurrences):
    patterns = MAPPING.identifiers
    for row in occurrences:
        assert re.fullmatch(patterns["occurrence_number"], row["occurrence_number"])
        assert re.fullmatch(patterns["id"], row["occurrence_id"])
        number = row["incident_number"]
        assert not number or re.fullmatch(patterns["incident_number"], number)
        year = instant(row["reported_at"]).year
        assert row["occurrence_number"][2:4] == f"{year % 100:02d}"
    for name in ("persons", "involvements", "classifications", "addresses"):
        ids = [row[ENTITIES[name].key] for row in delivered(delivery, name)]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(patterns["id"], id_) for id_ in ids)
    assert {len(row["person_id"]) for row in delivered(delivery, "persons")} == {25}
    numbers = {row["occurrence_number"] for row in occurrences}
    assert len(numbers) == len(occurrences)


def test_every_reference_is_to_a_record_that_is_there(delivery):
    known = {
        name: {row[ENTITIES[name].key] for row in delivered(delivery, name)}
        for name in (
            "occurrences",
            "persons",
            "classifications",
            "addresses",
            "officers",
        )
    }
    keys = {ENTITIES[name].key: ids for name, ids in known.items()}
    keys |= {
        "surviving_person_id": known["persons"],
        "merged_person_id": known["persons"],
    }
    for name in MAPPING.entities:
        for row in delivered(delivery, name):
            for column in keys.keys() & row.keys():
                assert not row[column] or row[column] in keys[column], (name, column)


def test_nothing_was_modified_after_the_extract(delivery):
    end = instant("01/01/2026 04:00:00")
    for name in MAPPING.entities:
        for row in delivered(delivery, name):
            if "modified_at" in row:
                assert instant(row["modified_at"]) < end, name


def test_the_text_has_what_real_text_has(occurrences):
    text = " ".join(row["mo_text"] for row in occurrences)
    for mark in ("£", "\u2019", '"', ",", "\n", "no knife", "\u2013"):
        assert mark in text


def test_the_offence_mix_is_the_force_s_own(delivery):
    rows = delivered(delivery, "classifications")
    current = [row["recorded_class"] for row in rows if not row["effective_to"]]
    share = {code: count / len(current) for code, count in Counter(current).items()}
    # Home Office recorded crime, Thames Valley, 2019/20 to 2024/25: mean shares
    assert share["105A"] == pytest.approx(0.134, abs=0.012)
    assert share["8N"] == pytest.approx(0.092, abs=0.012)
    assert share["46"] == pytest.approx(0.077, abs=0.012)


def test_traps_of_time_are_there(occurrences):
    crimes = [row for row in occurrences if row["is_crime"] == "Y"]
    spans = [
        instant(row["occurred_to"]) - instant(row["occurred_from"])
        for row in crimes
        if row["occurred_to"] and row["occurred_from"]
    ]
    assert any(span < timedelta(0) for span in spans)
    assert any(span > timedelta(hours=24) for span in spans)
    assert any(not row["occurred_from"] for row in crimes)
    assert any(row["occurred_from"] and not row["occurred_to"] for row in crimes)
    exact = sum(span == timedelta(0) for span in spans) + sum(
        bool(row["occurred_from"]) and not row["occurred_to"] for row in crimes
    )
    assert 0.40 < exact / len(crimes) < 0.58
    late = [
        row
        for row in crimes
        if row["occurred_from"]
        and instant(row["reported_at"]) - instant(row["occurred_from"])
        > timedelta(days=60)
    ]
    assert late
    midnight = sum(row["occurred_from"].endswith("00:00:00") for row in crimes)
    assert midnight > 3 * sum(
        row["occurred_from"].endswith("00:07:00") for row in crimes
    )


def test_records_change_in_every_way_that_they_can(delivery, occurrences):
    classes = delivered(delivery, "classifications")
    ended = [row for row in classes if row["effective_to"]]
    assert ended
    by = defaultdict(list)
    for row in classes:
        by[row["occurrence_id"], row["sequence"]].append(row)
    for row in ended:
        versions = by[row["occurrence_id"], row["sequence"]]
        newer = next(other for other in versions if not other["effective_to"])
        assert newer["effective_from"] == row["effective_to"]
        assert newer["recorded_class"] != row["recorded_class"]
    assert any(row["sequence"] == "2" for row in classes)
    assert any(row["cancelled_at"] for row in occurrences)
    assert any(row["transferred_to"] for row in occurrences)
    assert any(row["is_crime"] == "N" for row in occurrences)
    involved = delivered(delivery, "involvements")
    assert any(row["eliminated_at"] for row in involved)
    assert any(row["effective_to"] for row in involved)
    roles = Counter(row["roles"] for row in involved)
    assert {";VIC;RPE;", ";SUS;ARR;CHG;", ";SUS;ARR;CHG;CON;", ";SUS;CAU;"} <= set(
        roles
    )
    merges = delivered(delivery, "person_merges")
    assert any(row["unmerged_at"] for row in merges) or len(merges) < 40
    assert any(not row["unmerged_at"] for row in merges)


def test_the_same_seed_gives_the_same_bytes_whatever_the_processors(
    tmp_path, monkeypatch
):
    def written(seed: int, processors: int) -> dict[str, str]:
        monkeypatch.setattr(os, "cpu_count", lambda: processors)
        out = tmp_path / f"{seed}-{processors}"
        history = plan("thames-valley", seed, 1, crimes_per_year=1_000)
        delivery = write_history(history, out)
        files = {file["path"]: file["sha256"] for file in manifest(delivery)["files"]}
        for path in sorted((out / "truth").iterdir()):
            files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return files

    first = written(5, 1)
    assert written(5, 3) == first
    other = written(6, 1)
    assert other["GOccurrence.csv"] != first["GOccurrence.csv"]
