"""A records-management delivery at fault is refused whole, in words without values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rasure.landing import DeliveryRejected, land
from tests.integration.niche_refusing import held, occurrences, refused, with_content
from tests.niche_files import EXTRACTED, delivery, row


@pytest.mark.parametrize(
    ("alter", "expected_text"),
    [
        (
            lambda text: text.replace(b'""no""', b'"no""', 1),
            "expected every quote to be closed, found one that opens in row 1 and",
        ),
        (
            lambda text: text[:-1] + b'"' + text[-1:],
            "expected every quote to be closed, found one that opens in row",
        ),
        (
            lambda text: text.replace(b"MOText", b"Text", 1),
            "every column of the force's mapping, in any order, found no column 'MOT",
        ),
        (
            lambda text: text.replace(b"modtime", b"modtime,MOText", 1),
            "every column of the force's mapping, in any order, found a column twice",
        ),
        (
            lambda text: text.replace(b"then left", b"then \x81 left", 1),
            "expected text in the encoding of the force's mapping, found neither",
        ),
        (
            lambda text: text.rsplit(b"\r\n", 2)[0] + b"\r\n",
            "expected the row count that the manifest states (5), found 4",
        ),
    ],
)
def test_a_file_at_fault_is_refused(connection, tmp_path, alter, expected_text):
    change = with_content(alter)
    assert expected_text in refused(connection, tmp_path, occurrences(5), change)
    assert held(connection) == 0


def test_a_file_that_is_not_the_stated_one_is_refused(connection, tmp_path):
    change = with_content(lambda text: text + text[-10:], restate=False)
    message = refused(connection, tmp_path, occurrences(5), change)
    assert "expected the SHA-256 that the manifest states" in message


def test_too_many_rows_at_fault_are_refused(connection, tmp_path):
    rows = occurrences(95) + occurrences(6, is_crime="perhaps")
    message = refused(connection, tmp_path, rows)
    assert "found 5.9% (most of them: IsCrime: expected Y or N, found" in message
    assert held(connection) == 0


def test_a_full_extract_of_half_the_size_is_refused(connection, tmp_path):
    land("niche_rms", delivery(tmp_path, {"occurrences": occurrences(120)}))
    later = EXTRACTED + timedelta(days=1)
    few = delivery(
        tmp_path, {"occurrences": occurrences(20)}, kind="delta", extracted_at=later
    )
    assert land("niche_rms", few).state == "landed"
    rows = occurrences(59)
    message = refused(connection, tmp_path, rows, extracted_at=later)
    assert "at least half as many rows as the full extract before it" in message
    assert held(connection) == 140


@pytest.mark.parametrize(
    ("rows", "said", "expected_text"),
    [
        (
            occurrences(100, modified_at=EXTRACTED - timedelta(days=30)),
            {},
            "an occurrence that changed in the week before the extract (days before"
            " it), found 30.0",
        ),
        (
            occurrences(1, modified_at=EXTRACTED + timedelta(hours=3)),
            {},
            "expected no change and no deletion later than the extract (hours after"
            " it), found 3.0",
        ),
        (
            occurrences(1),
            {"extracted_at": datetime.now(UTC) + timedelta(hours=30.9)},
            "expected an extract that has been taken (hours from now), found 30.",
        ),
    ],
)
def test_an_extract_that_is_not_fresh_is_refused(
    connection, tmp_path, rows, said, expected_text
):
    assert expected_text in refused(connection, tmp_path, rows, **said)


def test_a_late_or_repeated_delta_is_kept_and_does_no_harm(connection, tmp_path):
    def delta(hours, **changes):
        extracted = EXTRACTED + timedelta(hours=hours)
        rows = {
            "occurrences": [row("occurrences", 1, modified_at=extracted, **changes)]
        }
        return delivery(tmp_path, rows, kind="delta", extracted_at=extracted)

    early, late = delta(1, summary="first"), delta(2, summary="second")
    for path in (late, early, late):
        land("niche_rms", path)
    current = connection.execute(
        "select summary from raw.niche_occurrences order by modified_at desc limit 1"
    ).fetchone()
    assert current == ("second",)
    assert held(connection) == 2


def test_the_newest_full_extract_is_the_one_last_taken(connection, tmp_path):
    loads = {}
    for hours in (2, 1):
        extracted = EXTRACTED + timedelta(hours=hours)
        rows = {"occurrences": occurrences(hours), "units": []}
        path = delivery(tmp_path, rows, extracted_at=extracted)
        loads[hours] = land("niche_rms", path).load_id
    deliveries = connection.execute(
        "select force, entity, load_id from ops.niche_full_extracts order by entity"
    ).fetchall()
    assert deliveries == [
        ("thames-valley", "occurrences", loads[2]),
        ("thames-valley", "units", loads[2]),
    ]


@pytest.mark.parametrize("word", ["infinity", "-infinity", "epoch", "today"])
def test_a_word_in_place_of_a_time_is_set_aside_or_emptied(connection, tmp_path, word):
    rows = [
        *occurrences(40),
        *occurrences(1, reported_at=word),
        *occurrences(1, modified_at=word),
    ]
    landed = land("niche_rms", delivery(tmp_path, {"occurrences": rows}))
    assert (landed.rows_landed, landed.rows_quarantined) == (41, 1)
    emptied = connection.execute(
        "select emptied_fields from raw.niche_occurrences where reported_at is null"
    ).fetchall()
    assert emptied == [("reported_at",)]


def test_a_deletion_from_the_future_is_refused(connection, tmp_path):
    later = EXTRACTED + timedelta(days=300)
    gone = [row("deletions", 1, deleted_at=later)]
    path = delivery(tmp_path, {"deletions": gone}, kind="delta")
    with pytest.raises(DeliveryRejected, match="no deletion later than the extract"):
        land("niche_rms", path)


def test_utf8_is_not_taken_for_the_mappings_encoding(connection, tmp_path):
    rows = occurrences(3, mo_text="at José")

    def to_utf8(text):
        return text.decode("cp1252").encode()

    message = refused(connection, tmp_path, rows, with_content(to_utf8))
    assert "encoding of the force's mapping, found what reads as UTF-8" in message

    def stated(encoding):
        def edit(files, manifest):
            with_content(to_utf8)(files, manifest)
            manifest["encoding"] = encoding

        return edit

    for place, encoding, kept in (("a", "utf-8", "at José"), ("b", "cp1252", None)):
        (tmp_path / place).mkdir()
        path = delivery(
            tmp_path / place, {"occurrences": rows}, change=stated(encoding)
        )
        if kept is None:  # the same content, already there
            assert land("niche_rms", path).state == "known"
            continue
        land("niche_rms", path)
        texts = connection.execute("select mo_text from raw.niche_occurrences")
        assert {text for (text,) in texts} == {kept}


def test_a_header_with_a_line_break_is_refused(connection, tmp_path):
    change = with_content(lambda text: b'"I\nd"' + text[text.index(b",") :])
    message = refused(connection, tmp_path, occurrences(3), change)
    assert "every column of the force's mapping" in message
