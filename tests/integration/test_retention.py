"""What is old goes, what protects stays, and a full refresh builds the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rasure.landing import land, retention
from rasure.landing.withdrawing import WithdrawalRefused, withdraw
from rasure.operations.retention import Limits, limits, remove_old
from rasure.settings import Settings
from rasure.transform import results
from tests.integration.niche_deleting import accounted
from tests.integration.niche_fixtures import contents, map_force, transform
from tests.niche_files import EXTRACTED, delivery, identifier, row
from tests.police_uk_files import archive, member, street_rows, street_text

STAGING = (
    "stg_niche__files",
    "stg_niche__occurrences",
    "stg_niche__persons",
)
IMPOSSIBLE = "31/11/2025 10:00:00"
TOMORROW = datetime.now(UTC) + timedelta(days=1)
LONG_AGO = datetime.now(UTC) - timedelta(days=1)
OLD = EXTRACTED - timedelta(days=1)


@pytest.fixture
def warehouse(connection):
    map_force(connection, "thames-valley")
    return connection


class Days:
    """A force that delivers on the days that a test says."""

    def __init__(self, folder):
        self.folder = folder

    def offer(self, day: float, rows: dict[str, list[dict]], kind: str = "full") -> int:
        """Land a delivery that was extracted on a day; returns its load id."""
        at = EXTRACTED + timedelta(days=day)
        path = delivery(self.folder, rows, kind=kind, extracted_at=at)
        return land("niche_rms", path).load_id


def crimes(numbers, day: float = -1, **changes) -> list[dict]:
    """Occurrences that were last modified on a day."""
    at = EXTRACTED + timedelta(days=day)
    return [row("occurrences", n, modified_at=at, **changes) for n in numbers]


def raw_rows(connection, table: str) -> list[tuple[int, int]]:
    """The loads of raw, each with how many rows it has."""
    return connection.execute(
        f"select load_id, count(*) from raw.{table} group by 1 order by 1"
    ).fetchall()


def texts(connection, table: str) -> list[str]:
    return [
        text
        for (text,) in connection.execute(
            f"select original from quarantine.{table} order by load_id, row_number"
        )
    ]


def build(connection) -> dict[str, list[str]]:
    """Build staging, and hold it against a full refresh."""
    transform(selection=STAGING)
    built = contents(connection)
    transform(full_refresh=True, selection=STAGING)
    assert contents(connection) == built
    return built


def test_superseded_versions_go_and_a_full_refresh_is_unchanged(warehouse, tmp_path):
    days = Days(tmp_path)
    first = days.offer(0, {"occurrences": crimes(range(1, 21), summary="first")})
    delta = days.offer(
        1,
        {
            "occurrences": [
                *crimes([2, 3], day=0.5, summary="delta"),
                # A clock that is fast: newer than what the extract has.
                *crimes([4], day=1.02, summary="tomorrow"),
            ]
        },
        "delta",
    )
    bad = crimes([7], day=1, summary="bad", is_crime="perhaps")
    full = days.offer(
        2,
        {
            "occurrences": [
                *crimes([1], summary="first"),
                *crimes([3], day=1.5, summary="full"),
                *crimes([4], day=1, summary="full"),
                # 2, 5 and 6 are gone; 7 is in quarantine, so the version before stands
                *bad,
                *crimes(range(8, 21), summary="first"),
            ]
        },
    )
    after = days.offer(
        3,
        {
            "occurrences": [
                *crimes([8], day=2.5, summary="after"),
                # Committed after the extract, with a time from before it.
                *crimes([6], day=-1, summary="late"),
            ]
        },
        "delta",
    )
    built = build(warehouse)

    assert retention.remove_superseded_rows(warehouse, LONG_AGO) == 0
    removed = retention.remove_superseded_rows(warehouse, TOMORROW)
    assert raw_rows(warehouse, "niche_occurrences") == [
        (first, 2),  # 6, whose last version may be older; 7, in quarantine since
        (delta, 1),  # 4, the newest
        (full, 16),
        (after, 2),
    ]
    assert removed == 20
    assert accounted(warehouse)
    assert build(warehouse) == built
    # Each file is held against an extract once.
    assert retention.remove_superseded_rows(warehouse, TOMORROW) == 0

    # What is late, older or new is built as ever.
    late = days.offer(1.5, {"occurrences": crimes([2, 3, 9], day=1.2)}, "delta")
    newer = days.offer(4, {"occurrences": crimes([2, 9], day=3.5)}, "delta")
    build(warehouse)
    for load in (newer, after, late):
        withdraw(warehouse, load, "tests", "wrong")
    with pytest.raises(WithdrawalRefused, match="it superseded 20 rows of earlier"):
        withdraw(warehouse, full, "tests", "wrong")
    assert withdraw(warehouse, full, "tests", "wrong", is_forced=True).rows == 17


def test_a_text_in_quarantine_goes_when_no_record_needs_it(warehouse, tmp_path):
    def people(restricted: str, bad=(), at=OLD) -> dict[str, list[dict]]:
        rows = [
            row("persons", n, access_domain="General", modified_at=at)
            for n in range(1, 41)
        ]
        for n in bad:
            rows[n - 1] |= {"modified_at": IMPOSSIBLE, "access_domain": restricted}
        return {"persons": rows}

    def domains() -> list[str]:
        transform(full_refresh=True, selection=STAGING)
        return [
            domain
            for (domain,) in warehouse.execute(
                "select access_domain from staging.stg_niche__persons"
                " order by person_id limit 2"
            )
        ]

    days = Days(tmp_path)
    days.offer(0, people("General"))
    days.offer(1, people("Restricted", bad=[1]))
    protected = ["restricted", "open"]
    assert domains() == protected

    # It stands for what the newest extract says of the record.
    assert retention.empty_texts(warehouse, LONG_AGO) == (0, 0)
    assert retention.empty_texts(warehouse, TOMORROW) == (0, 1)

    # A later delta does not have the record, so the row still stands.
    days.offer(2, {"persons": people("General")["persons"][5:8]}, "delta")
    assert retention.empty_texts(warehouse, TOMORROW) == (0, 1)

    mended = days.offer(3, people("General", at=EXTRACTED + timedelta(days=2)))
    assert domains() == ["open", "open"]
    before = contents(warehouse)
    assert retention.empty_texts(warehouse, TOMORROW) == (1, 0)
    assert texts(warehouse, "niche_persons") == [""]
    assert warehouse.execute(
        "select record_id, cardinality(reasons) > 0 from quarantine.niche_persons"
    ).fetchall() == [(identifier("persons", 1), True)]
    assert accounted(warehouse)
    assert build(warehouse) == before

    # The good version is withdrawn. What the text said is gone, so it restricts.
    withdraw(warehouse, mended, "tests", "wrong")
    assert domains() == protected

    # A deletion finds the row by the id that it still has.
    gone = row(
        "deletions", 1, entity="persons", deleted_at=EXTRACTED + timedelta(days=3.5)
    )
    days.offer(4, {"deletions": [gone]}, "delta")
    assert texts(warehouse, "niche_persons") == []


def test_older_files_of_a_month_go_unless_the_newer_may_be_a_stray(
    connection, tmp_path
):
    def offer(name: str, **months: int) -> int:
        files = {
            member(month.replace("m", "").replace("_", "-")): street_text(
                street_rows(rows, month.replace("m", "").replace("_", "-"))
            )
            for month, rows in months.items()
        }
        return land("police_uk", archive(tmp_path / name, files)).load_id

    first = offer("first.zip", m2023_11=20, m2023_12=20)
    second = offer("second.zip", m2023_11=9, m2023_12=21)
    rows = street_rows(30, "2024-01")
    rows[3] = rows[3].replace("2024-01", "2023-07")
    third = land(
        "police_uk", archive(tmp_path / "third.zip", {member(): street_text(rows)})
    )
    assert third.rows_quarantined == 1

    assert retention.remove_superseded_rows(connection, TOMORROW) == 20
    assert raw_rows(connection, "police_uk_street") == [
        (first, 20),
        (second, 30),
        (third.load_id, 29),
    ]
    with pytest.raises(WithdrawalRefused, match="it superseded 20 rows"):
        withdraw(connection, second, "tests", "wrong")
    withdraw(connection, third.load_id, "tests", "wrong")


def test_a_newer_table_of_crimes_supersedes_what_it_has(connection):
    def offer(load: int, kind: str, *rows: tuple[str, str]) -> None:
        connection.execute(
            "insert into ops.deliveries (load_id, delivery_id, source, delivery, kind,"
            " state, received_at, landed_at, seconds) overriding system value"
            " values (%s, %s, 'incidents', 'd', %s, 'landed', now(), now(), 0)",
            (load, str(load), kind),
        )
        (file,) = connection.execute(
            "insert into ops.delivery_files (load_id, file, kind, force, sha256, bytes,"
            " encoding, rows_read, rows_landed, rows_quarantined)"
            " values (%s, 'f', 'pontis', 'pontis', '', 0, 'utf-8', %s, %s, 0)"
            " returning file_id",
            (load, len(rows), len(rows)),
        ).fetchone()
        for number, (reference, updated_at) in enumerate(rows):
            connection.execute(
                "insert into raw.incidents (load_id, file_id, row_number, reference,"
                " crime_type, updated_at) values (%s, %s, %s, %s, 'Theft', %s)",
                (load, file, number, reference, updated_at),
            )

    connection.execute(
        "insert into ops.incident_mappings"
        " values ('pontis', 'Europe/Prague', 4326, 0, 0, 1, 1, '')"
    )
    offer(1, "full", ("a", "2025-01-01"), ("b", "2025-03-01"), ("c", None))
    offer(2, "delta", ("d", "2025-01-01"), ("d", "2025-01-01"), ("e", "2025-01-02"))
    offer(3, "full", ("a", "2025-01-01T00:30:00 Europe/Prague"), ("b", "2025-02-01"))
    offer(4, "delta", ("a", "2024-01-01"))
    assert retention.remove_superseded_rows(connection, TOMORROW) == 1
    assert connection.execute(
        "select load_id, reference from raw.incidents order by 1, 2"
    ).fetchall() == [
        *((1, "b"), (1, "c")),
        *((2, "d"), (2, "d"), (2, "e")),
        *((3, "a"), (3, "b"), (4, "a")),
    ]


def test_history_goes_but_what_is_asked_of_it_later(connection, tmp_path):
    def ran(invocation: str, node: str, days: int) -> None:
        connection.execute(
            "insert into ops.dbt_runs (invocation_id, step, node, resource_type,"
            " status, seconds, finished_at) values (%s, 'marts', %s, 'model',"
            " 'success', 1, now() - %s * interval '1 day')",
            (invocation, node, days),
        )

    # A model that the project has no more is dropped by its name in the history.
    ran("old", "removed_model", 300)
    ran("old", "crimes", 300)
    ran("newer", "crimes", 200)
    ran("today", "crimes", 0)
    connection.execute(
        "insert into ops.missed_deadlines values"
        " ('transform', 'old', now(), now() - interval '300 days'),"
        " ('transform', 'new', now(), now())"
    )
    land(
        "police_uk",
        archive(tmp_path / "a.zip", {member(): street_text(street_rows(20))}),
    )
    connection.execute(
        "update ops.gate_results set checked_at = now() - interval '300 days'"
    )
    connection.execute(
        "insert into ops.gate_results (delivery_id, checked_at, file, expectation,"
        " expected, found, success)"
        " values ('d', now() - interval '300 days', 'f', 'e', '1', '2', false)"
    )
    removed = remove_old(connection, Limits(), tmp_path)
    assert (removed.dbt_runs, removed.missed_deadlines) == (2, 1)
    assert removed.verdicts > 0
    assert connection.execute(
        "select invocation_id, node from ops.dbt_runs order by 1"
    ).fetchall() == [("old", "removed_model"), ("today", "crimes")]
    assert connection.execute("select success from ops.gate_results").fetchall() == [
        (False,)
    ]
    again = remove_old(connection, Limits(), tmp_path)
    assert (again.dbt_runs, again.verdicts, again.superseded_rows) == (0, 0, 0)
    before = datetime.now(UTC)
    assert results.remove_old(connection, before) == 0


def test_entries_of_empty_files_go_when_a_later_delivery_follows(warehouse, tmp_path):
    days = Days(tmp_path)
    days.offer(0, {"occurrences": crimes([1]), "persons": []})
    empty = days.offer(1, {"occurrences": crimes([2]), "persons": []}, "delta")
    newest = days.offer(2, {"occurrences": [], "persons": []}, "delta")

    def files(load: int) -> int:
        return warehouse.execute(
            "select count(*) from ops.delivery_files where load_id = %s", (load,)
        ).fetchone()[0]

    before = files(newest)
    assert retention.remove_empty_files(warehouse, LONG_AGO) == 0
    assert retention.remove_empty_files(warehouse, TOMORROW) == before - 1
    assert files(empty) == 1
    assert files(newest) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quarantine_day = 3", "has no quarantine_day; it has quarantine_days"),
        ("history_days = 0", "`history_days` .* 1 or more; found 0"),
        ('superseded_days = "30"', "`superseded_days` .* found '30'"),
    ],
)
def test_a_setting_that_is_no_limit_is_refused(tmp_path, text, message):
    (tmp_path / "settings.toml").write_text(f"[retention]\n{text}\n")
    with pytest.raises(Exception, match=message):
        limits(Settings(tmp_path))
    (tmp_path / "settings.toml").write_text("[retention]\nquarantine_days = 30\n")
    assert limits(Settings(tmp_path)) == Limits(quarantine_days=30)
