"""A bad field costs a record the field, a bad row costs it nothing that it had."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from rasure.landing import DeliveryRejected, land
from tests.integration.niche_fixtures import contents, map_force, transform
from tests.integration.niche_refusing import with_content
from tests.niche_files import EXTRACTED, START, delivery, identifier, row

STAGING = (
    "stg_niche__files",
    "stg_niche__occurrences",
    "stg_niche__involvements",
    "stg_niche__persons",
    "stg_niche__warnings",
)
NEXT_WEEK = EXTRACTED + timedelta(days=7)
IMPOSSIBLE = "31/11/2025 10:00:00"


@pytest.fixture
def warehouse(connection):
    map_force(connection, "thames-valley")
    return connection


def build(connection) -> None:
    """Build staging, and hold it against a full refresh."""
    transform(selection=STAGING)
    built = contents(connection)
    transform(full_refresh=True, selection=STAGING)
    rebuilt = contents(connection)
    assert [name for name in built if built[name] != rebuilt[name]] == []


def staged(connection, entity: str, columns: str) -> list[tuple]:
    return connection.execute(
        f"select {columns} from staging.stg_niche__{entity} order by 1"
    ).fetchall()


def occurrences(count: int, **changes) -> list[dict]:
    """Occurrences that changed in the week before the first extract; `changes` are of
    the second one."""
    at = {"modified_at": EXTRACTED - timedelta(hours=3)}
    rows = [row("occurrences", n, **at) for n in range(1, count + 1)]
    rows[1] |= changes
    return rows


def offer(folder, rows, days: float = 0, kind: str = "full", change=None):
    """Land a delivery of occurrences, or of what `rows` has."""
    rows = rows if isinstance(rows, dict) else {"occurrences": rows}
    at = EXTRACTED + timedelta(days=days)
    path = delivery(folder, rows, kind=kind, extracted_at=at, change=change)
    return land("niche_rms", path)


def outdated(connection) -> list[str]:
    rows = staged(connection, "occurrences", "occurrence_id, is_outdated")
    return [record for record, is_outdated in rows if is_outdated]


def test_a_bad_field_is_emptied_and_counted(warehouse, tmp_path):
    rows = occurrences(5, occurred_to=IMPOSSIBLE, officer_id="12a", summary="kept")
    landed = offer(tmp_path, rows)
    assert (landed.rows_landed, landed.rows_quarantined) == (5, 0)
    assert landed.fields_emptied == 2
    counted = warehouse.execute(
        "select file, column_names, reason, rows from ops.emptied_fields"
        " join ops.delivery_files using (file_id) order by column_names"
    ).fetchall()
    assert [(file, names, number) for file, names, _, number in counted] == [
        ("GOccurrence.csv", ["occurred_to"], 1),
        ("GOccurrence.csv", ["officer_id"], 1),
    ]
    assert "expected a time written %d/%m/%Y %H:%M:%S" in counted[0][2]
    assert not any(IMPOSSIBLE in reason or "12a" in reason for *_, reason, _ in counted)
    build(warehouse)
    assert staged(
        warehouse, "occurrences", "occurrence_id, summary, occurred_to, emptied_fields"
    )[:2] == [
        (identifier("occurrences", 1), None, None, None),
        (identifier("occurrences", 2), "kept", None, "occurred_to,officer_id"),
    ]


def test_a_later_good_version_has_its_field_again(warehouse, tmp_path):
    offer(tmp_path, occurrences(5, occurred_to=IMPOSSIBLE))
    build(warehouse)
    mended = occurrences(5, occurred_to=START, modified_at=EXTRACTED)
    offer(tmp_path, mended[1:2], days=1, kind="delta")
    build(warehouse)
    rows = staged(warehouse, "occurrences", "occurrence_id, occurred_to")
    assert rows[1] == (identifier("occurrences", 2), START)
    emptied = staged(warehouse, "occurrences", "emptied_fields")
    assert emptied == [(None,)] * 5


def test_an_end_that_cannot_be_read_has_come(warehouse, tmp_path):
    """Else who was eliminated would be a suspect again."""
    changed = EXTRACTED - timedelta(hours=3)
    at = {"modified_at": changed}
    involvements = [row("involvements", number, **at) for number in range(1, 5)]
    involvements[1]["eliminated_at"] = IMPOSSIBLE
    warnings = [row("warnings", number, **at) for number in range(1, 5)]
    warnings[1]["ended_on"] = "31/11/2025"
    persons = [row("persons", number, **at) for number in range(1, 5)]
    persons[1]["deceased_on"] = "31/11/2025"
    persons[2]["is_birth_date_estimated"] = "perhaps"
    rows = {"involvements": involvements, "warnings": warnings, "persons": persons}
    assert offer(tmp_path, rows).fields_emptied == 4
    build(warehouse)
    assert staged(warehouse, "involvements", "involvement_id, eliminated_at")[1] == (
        identifier("involvements", 2),
        changed,
    )
    assert staged(warehouse, "persons", "person_id, deceased_on")[1] == (
        identifier("persons", 2),
        changed.date(),
    )
    # An estimated birthday makes a person younger than it says.
    assert staged(warehouse, "persons", "person_id, is_birth_date_estimated")[1:3] == [
        (identifier("persons", 2), None),
        (identifier("persons", 3), True),
    ]
    # A warning may end in the future: until it is known, it stands.
    assert staged(warehouse, "warnings", "warning_id, ended_on")[1] == (
        identifier("warnings", 2),
        None,
    )


# What the second extract says of persons 1 to 12 in rows that go to quarantine, and who
# may then see them. `Y` and `N` are the codes of a force that has a flag for it.
SAID = (
    ({"access_domain": "Restricted"}, "restricted"),
    ({"access_domain": " restricted "}, "restricted"),
    ({"access_domain": "Secure - HQ only"}, "restricted"),
    ({"access_domain": "Geschützt"}, "restricted"),
    ({"access_domain": "Y"}, "restricted"),
    ({"access_domain": "General", "person_type": "O"}, "restricted"),
    ({"access_domain": "General", "person_type": "PROTECTED ADDRESS"}, "restricted"),
    ({"access_domain": "General", "person_type": "N"}, "open"),
    ({"access_domain": "N", "is_birth_date_estimated": "Y"}, "open"),
    ({"access_domain": "general"}, "open"),
    ({"access_domain": None}, "open"),
    ({"access_domain": None, "cro_number": "Restricted"}, "restricted"),
)


def of_persons(changes, at) -> list[dict]:
    """Forty persons who are open, the first of them with these changes."""
    rows = [
        row("persons", number, access_domain="General", modified_at=at)
        for number in range(1, 41)
    ]
    for one, change in zip(rows, changes, strict=False):
        one |= change
    return rows


def spoil_five_rows(files, manifest) -> None:
    """Of rows 13 to 17 one is short, one is long, one has a quote in the midst of a
    field, one has a lone return, and one has an odd id."""
    written = files["GPerson.csv"].split(b"\r\n")
    written[13] = written[13].rsplit(b",", 1)[0]
    written[14] = written[14].replace(b"General", b"Secure, HQ only")
    written[15] = written[15].replace(b"General", b'Secure "HQ"')
    written[16] = written[16].replace(b"General", b"Sec\rure")
    written[17] = b"x" + written[17]
    files["GPerson.csv"] = b"\r\n".join(written)
    manifest["files"][0].update(
        sha256=hashlib.sha256(files["GPerson.csv"]).hexdigest(),
        bytes=len(files["GPerson.csv"]),
    )


def test_a_row_in_quarantine_closes_its_record_unless_it_says_open(warehouse, tmp_path):
    """The version before stands, but must not open what the force has closed."""
    warehouse.execute(
        "insert into ops.niche_terms values"
        " ('thames-valley', 'access_domains', 'Y', 'restricted'),"
        " ('thames-valley', 'access_domains', 'N', 'open')"
    )
    said = [{**change, "modified_at": IMPOSSIBLE} for change, _ in SAID]
    closed = [*(domain for _, domain in SAID), *["restricted"] * 5, "open"]
    opened = [{"access_domain": "General", "modified_at": IMPOSSIBLE}]
    for days, changes, spoil, expected in (
        (0, [], None, ["open"] * len(closed)),
        (7, said, spoil_five_rows, closed),
        # Good rows open their records again. A row in quarantine that says so does not:
        # the one that closed the record is later than its good row.
        (8, opened, None, ["restricted", *["open"] * (len(closed) - 1)]),
    ):
        at = EXTRACTED + timedelta(days=days - 1)
        rows = {"persons": of_persons(changes, at)}
        landed = offer(tmp_path, rows, days=days, change=spoil)
        assert landed.rows_quarantined == len(changes) + (5 if spoil else 0)
        build(warehouse)
        columns = "person_id, access_domain"
        staged_rows = staged(warehouse, "persons", columns)[: len(closed)]
        assert [domain for _, domain in staged_rows] == expected


@pytest.mark.parametrize(
    "fault", [{"is_crime": "perhaps"}, {"modified_at": IMPOSSIBLE}], ids=str
)
def test_a_record_in_quarantine_keeps_the_version_before(warehouse, tmp_path, fault):
    offer(tmp_path, occurrences(6, summary="before"))
    build(warehouse)
    rows = occurrences(8, summary="after", **fault)
    del rows[4]  # this one is deleted at the source
    landed = offer(tmp_path, rows, days=7)
    assert (landed.rows_landed, landed.rows_quarantined) == (6, 1)
    build(warehouse)
    numbers = [1, 2, 3, 4, 6, 7, 8]
    expected = [identifier("occurrences", number) for number in numbers]
    rows = staged(warehouse, "occurrences", "occurrence_id, summary")
    assert [record for record, _ in rows] == expected
    assert rows[1] == (expected[1], "before")
    assert outdated(warehouse) == [expected[1]]
    # again in quarantine, and then a delta without it, and one in which it is good
    offer(tmp_path, occurrences(8, **fault), days=8)
    build(warehouse)
    assert outdated(warehouse) == [expected[1]]
    offer(tmp_path, occurrences(8)[2:4], days=9, kind="delta")
    build(warehouse)
    assert outdated(warehouse) == [expected[1]]
    offer(tmp_path, occurrences(8, summary="mended")[1:2], days=10, kind="delta")
    build(warehouse)
    rows = staged(warehouse, "occurrences", "occurrence_id, summary")
    assert rows[1] == (expected[1], "mended")
    assert len(rows) == 8
    assert outdated(warehouse) == []


def test_a_row_whose_id_cannot_be_read_keeps_the_records_it_may_be_of(
    warehouse, tmp_path
):
    offer(tmp_path, occurrences(6))
    build(warehouse)
    rows = occurrences(6, mo_text="whole")
    rows[3]["occurrence_id"] += "x"
    spoil = with_content(lambda text: text.replace(b"whole", b'a "whole" part'))
    assert offer(tmp_path, rows, days=7, change=spoil).rows_quarantined == 2
    build(warehouse)
    assert len(staged(warehouse, "occurrences", "occurrence_id")) == 6
    assert outdated(warehouse) == [identifier("occurrences", n) for n in (2, 4)]


def test_a_record_that_is_gone_comes_back_with_a_bad_row(warehouse, tmp_path):
    first = occurrences(6)
    offer(tmp_path, first)
    build(warehouse)
    offer(tmp_path, [*first[:1], *first[2:]], days=1)
    build(warehouse)
    assert len(staged(warehouse, "occurrences", "occurrence_id")) == 5
    offer(tmp_path, occurrences(6, is_crime="perhaps"), days=2)
    build(warehouse)
    assert outdated(warehouse) == [identifier("occurrences", 2)]
    offer(tmp_path, [*first[:1], *first[2:]], days=3)
    build(warehouse)
    assert len(staged(warehouse, "occurrences", "occurrence_id")) == 5
    assert outdated(warehouse) == []


def test_a_bad_row_of_a_delta_leaves_the_record_as_it_was(warehouse, tmp_path):
    offer(tmp_path, occurrences(3))
    build(warehouse)
    rows = occurrences(3, recorded_at="soon", is_crime=None, modified_at=NEXT_WEEK)
    assert offer(tmp_path, rows[1:2], days=7.1, kind="delta").rows_quarantined == 1
    build(warehouse)
    assert outdated(warehouse) == [identifier("occurrences", 2)]


def test_a_delta_after_the_full_extract_says_that_a_record_is_there(
    warehouse, tmp_path
):
    """It was committed after the extract, with a time from before it."""
    offer(tmp_path, occurrences(2))
    build(warehouse)
    late = row("occurrences", 3, modified_at=EXTRACTED - timedelta(minutes=5))
    offer(tmp_path, [late], days=0.01, kind="delta")
    build(warehouse)
    assert len(staged(warehouse, "occurrences", "occurrence_id")) == 3
    offer(tmp_path, occurrences(2), days=1)
    build(warehouse)
    assert len(staged(warehouse, "occurrences", "occurrence_id")) == 2


def test_a_deletion_takes_the_record_and_its_row_in_quarantine(warehouse, tmp_path):
    offer(tmp_path, occurrences(4))
    offer(tmp_path, occurrences(4, is_crime="perhaps"), days=1)
    build(warehouse)
    gone = row(
        "deletions",
        2,
        entity="occurrences",
        deleted_at=EXTRACTED + timedelta(days=1.5),
    )
    offer(tmp_path, {"deletions": [gone]}, days=2, kind="delta")
    build(warehouse)
    assert len(staged(warehouse, "occurrences", "occurrence_id")) == 3
    left = warehouse.execute("select count(*) from quarantine.niche_occurrences")
    assert left.fetchone() == (0,)


@pytest.mark.parametrize("count", [3, 5, 40, 120])
def test_a_file_in_which_most_rows_fail_is_refused(warehouse, tmp_path, count):
    bad = [one | {"is_crime": "perhaps"} for one in occurrences(count)]
    rows = bad[: count // 2 + 1] + occurrences(count)[count // 2 + 1 :]
    with pytest.raises(DeliveryRejected) as raised:
        offer(tmp_path, rows)
    share = f"found {(count // 2 + 1) / count:.1%} (most of them: IsCrime: expected Y"
    assert share in str(raised.value)


def test_a_column_of_which_most_values_fail_is_refused(warehouse, tmp_path):
    """Of days with the month first, those that can be read are wrong as well."""
    at = {"modified_at": EXTRACTED}
    days = ["12/25/1990", "04/13/1985", "07/04/1979", "11/30/2001", None, None]
    rows = [
        row("persons", number, date_of_birth=day, **at)
        for number, day in enumerate(days, start=1)
    ]
    with pytest.raises(DeliveryRejected, match=r"found 75.0% \(most of them: DateOfB"):
        offer(tmp_path, {"persons": rows})
