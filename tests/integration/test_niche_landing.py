"""A records-management extract lands as published, in any force's words, whole."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from datetime import timedelta

from rasure.landing import land
from rasure.sources.niche_rms.entities import ENTITIES
from tests.niche_files import ACCOUNT, EXTRACTED, delivery, identifier, row
from tests.police_uk_files import archive


def one_of_each() -> dict[str, list[dict]]:
    return {
        name: [row(name, number) for number in (1, 2)]
        for name in ENTITIES
        if name != "deletions"
    }


def raw(connection, entity: str, columns: str) -> list[tuple]:
    return connection.execute(
        f"select {columns} from raw.niche_{entity} order by load_id, row_number"
    ).fetchall()


def test_every_entity_lands_with_its_place_in_the_file(connection, tmp_path):
    landed = land("niche_rms", delivery(tmp_path, one_of_each()))
    assert (landed.rows_read, landed.rows_landed) == (44, 44)
    assert landed.forces == ("thames-valley",)
    for name in one_of_each():
        assert raw(connection, name, "load_id, row_number") == [
            (landed.load_id, 1),
            (landed.load_id, 2),
        ]
    rows = raw(connection, "occurrences", "occurrence_id, reported_at, is_crime")
    assert rows[0] == (identifier("occurrences", 1), "01/03/2025 12:01:00", "Y")
    delivery_row = connection.execute(
        "select kind, extracted_at, window_to from ops.deliveries"
    ).fetchall()
    assert delivery_row == [("full", EXTRACTED, EXTRACTED)]


def test_an_extract_may_lack_a_column_that_was_asked_for_later(connection, tmp_path):
    def without_beat(files, manifest):
        name = "GOccurrence.csv"
        rows = list(csv.DictReader(io.StringIO(files[name].decode("cp1252"))))
        text = io.StringIO()
        header = [column for column in rows[0] if column != "ESAreaLevel5G"]
        writer = csv.DictWriter(text, header, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        files[name] = text.getvalue().encode("cp1252")
        (file,) = (one for one in manifest["files"] if one["path"] == name)
        file["bytes"] = len(files[name])
        file["sha256"] = hashlib.sha256(files[name]).hexdigest()

    occurrences = {"occurrences": [row("occurrences", 1, beat="Slough 3")]}
    land("niche_rms", delivery(tmp_path, occurrences))
    later = EXTRACTED + timedelta(days=1)
    land(
        "niche_rms",
        delivery(tmp_path, occurrences, extracted_at=later, change=without_beat),
    )
    assert raw(connection, "occurrences", "beat") == [("Slough 3",), (None,)]


def test_fields_with_line_breaks_land_as_they_are(connection, tmp_path):
    rows = [
        row("occurrences", 1, mo_text=ACCOUNT, summary="Café: “brawl”, two hurt"),
        row("occurrences", 2, mo_text="\n"),
        row("occurrences", 3, mo_text='"', summary=","),
    ]
    landed = land("niche_rms", delivery(tmp_path, {"occurrences": rows}))
    assert landed.rows_landed == 3
    assert raw(connection, "occurrences", "row_number, mo_text, summary") == [
        (1, ACCOUNT, "Café: “brawl”, two hurt"),
        (2, "\n", None),
        (3, '"', ","),
    ]


def test_whatever_stands_in_a_field_lands_as_it_is(connection, tmp_path):
    chance = random.Random(7)
    texts = [
        "".join(chance.choices('ab,"\n\\.; \té“', k=chance.randrange(1, 40)))
        for _ in range(2_000)
    ]
    at = {"modified_at": EXTRACTED - timedelta(hours=3)}
    rows = [row("occurrences", n, mo_text=t, **at) for n, t in enumerate(texts, 1)]
    assert land("niche_rms", delivery(tmp_path, {"occurrences": rows})).rows_landed
    assert raw(connection, "occurrences", "row_number, mo_text") == [
        (number, text) for number, text in enumerate(texts, 1)
    ]
    rows[999]["is_crime"] = None  # and the same in an export, as one row is at fault
    later = EXTRACTED + timedelta(days=1)
    path = delivery(tmp_path, {"occurrences": rows}, extracted_at=later)
    load_id = land("niche_rms", path).load_id
    loads = connection.execute(
        "select row_number, mo_text from raw.niche_occurrences where load_id = %s"
        " order by 1",
        (load_id,),
    ).fetchall()
    del texts[999]
    assert [text for _, text in loads] == texts
    assert {number for number, _ in loads} == {*range(1, 2_001)} - {1_000}


def test_rows_at_fault_keep_their_number_past_line_breaks(connection, tmp_path):
    def spoil(files, manifest):
        text = files["GOccurrence.csv"]
        text = text.replace(b"whole", b'a "whole" part').replace(b"returns", b"a\rb")
        files["GOccurrence.csv"] = text
        manifest["files"] = [restated(manifest["files"][0], text)]

    rows = [
        row("occurrences", 1, mo_text=ACCOUNT),
        row("occurrences", 2, mo_text=ACCOUNT, modified_at="yesterday"),
        row("occurrences", 3, mo_text="whole"),
        row("occurrences", 4, mo_text=ACCOUNT, occurrence_id=None),
        row("occurrences", 5, mo_text="returns"),
        *(row("occurrences", number, mo_text=ACCOUNT) for number in range(6, 9)),
    ]
    path = delivery(tmp_path, {"occurrences": rows}, change=spoil)
    landed = land("niche_rms", path)
    assert (landed.rows_read, landed.rows_landed) == (8, 4)
    assert raw(connection, "occurrences", "row_number, mo_text") == [
        (number, ACCOUNT) for number in (1, 6, 7, 8)
    ]
    values = connection.execute(
        "select row_number, reasons, original from quarantine.niche_occurrences"
        " order by row_number"
    ).fetchall()
    assert [(number, reasons) for number, reasons, _ in values] == [
        (
            2,
            [
                "modtime: expected a time written %d/%m/%Y %H:%M:%S, "
                "found something else"
            ],
        ),
        (3, ["row: expected balanced quotes, found a quote left open"]),
        (4, ["Id: expected a value, found none"]),
        (5, ["row: expected line ends of CR LF or LF, found a lone CR"]),
    ]
    for _, _, original in (values[0], values[2]):
        assert ACCOUNT.replace('"', '""') in original
        assert original.count("\n") == ACCOUNT.count("\n")


def restated(file: dict, content: bytes) -> dict:
    """A manifest's entry for a file whose content was changed, its rows left."""
    sha256 = hashlib.sha256(content).hexdigest()
    return {**file, "sha256": sha256, "bytes": len(content)}


def test_a_single_bad_row_stops_no_delivery(connection, tmp_path):
    rows = [row("occurrences", 1, is_crime=None)]
    landed = land("niche_rms", delivery(tmp_path, {"occurrences": rows}))
    assert (landed.rows_landed, landed.rows_quarantined) == (0, 1)
    assert raw(connection, "occurrences", "*") == []


def test_columns_in_another_order_land_in_their_places(connection, tmp_path):
    def turn(files, manifest):
        turned = "\r\n".join(
            ",".join(reversed(line.split(",")))
            for line in files["OrgPoliceUnit.csv"].decode().split("\r\n")
        ).encode()
        files["OrgPoliceUnit.csv"] = turned
        manifest["files"] = [restated(manifest["files"][0], turned)]

    rows = [row("units", 1, unit="Slough patrol", area="Slough")]
    land("niche_rms", delivery(tmp_path, {"units": rows}, change=turn))
    assert raw(connection, "units", "unit_id, unit, area, modified_at") == [
        (identifier("units", 1), "Slough patrol", "Slough", "01/03/2025 12:01:00")
    ]


def test_codes_and_classes_that_nobody_knows_land(connection, tmp_path):
    rows = {
        "involvements": [row("involvements", 1, roles=["victim", "ZZZ"])],
        "classifications": [row("classifications", 1, recorded_class="999Z")],
    }
    assert land("niche_rms", delivery(tmp_path, rows)).rows_landed == 2
    assert raw(connection, "involvements", "roles") == [(";VIC;ZZZ;",)]


def test_a_zipped_folder_is_the_same_delivery(connection, tmp_path):
    folder = delivery(tmp_path, one_of_each())
    land("niche_rms", folder)
    files = {
        f"{folder.name}/{path.name}": path.read_bytes() for path in folder.iterdir()
    }
    again = land("niche_rms", archive(tmp_path / "again.zip", files))
    assert again.state == "known"


def test_an_hour_without_a_change_is_news(connection, tmp_path):
    for hour in (1, 2):
        later = EXTRACTED + timedelta(hours=hour)
        path = delivery(tmp_path, {"units": []}, kind="delta", extracted_at=later)
        assert land("niche_rms", path).state == "landed"
    assert land("niche_rms", path).state == "known"
    (newest,) = connection.execute(
        "select max(extracted_at) from ops.deliveries"
    ).fetchone()
    assert newest == EXTRACTED + timedelta(hours=2)
