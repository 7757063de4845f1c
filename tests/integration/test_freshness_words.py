"""How new the data are, in the words that stand on every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WORDS = Path(__file__).resolve().parents[2] / "superset/assets/datasets/freshness.sql"
GIVEN = """(
    select
        %(name)s as force_name, 'niche_rms' as source,
        'Europe/London' as clock,
        %(is_day_dated)s as is_day_dated,
        now() - %(age)s * interval '1 second' as data_as_at,
        %(late)s * interval '1 minute' as late_after,
        %(late)s::integer as late_after_minutes, now() as last_landed_at
) as given"""


def words(
    connection,
    age: int,
    late: int = 60,
    is_day_dated: bool = True,
    failed_at: str | None = None,
    waiting_since: str | None = None,
    replica_as_at: str | None = None,
    name: str = "Testshire & Sons",
):
    """The stamp, its state and when data are late, of data `age` seconds old."""
    statement = WORDS.read_text().replace("%", "%%")
    statement = statement.replace("marts.force_freshness", GIVEN)
    statement = statement.replace(
        "marts.transform_state",
        "(select %(failed_at)s::timestamptz as failed_at,"
        " %(waiting_since)s::timestamptz as waiting_since,"
        " %(replica_as_at)s::timestamptz as replica_as_at) as transform_state",
    )
    given = {
        "age": age,
        "late": late,
        "is_day_dated": is_day_dated,
        "failed_at": failed_at,
        "waiting_since": waiting_since,
        "replica_as_at": replica_as_at,
        "name": name,
    }
    rows = connection.execute(
        f"select stamp, state, late_when, as_at from ({statement}) as asked", given
    )
    return rows.fetchone()


@pytest.mark.parametrize(
    ("age", "words_of_age"),
    [
        (59, "0 minutes old"),
        (60, "1 minute old"),
        (119, "1 minute old"),
        (7199, "119 minutes old"),
        (7200, "2 hours old"),
        (172_799, "47 hours old"),
        (172_800, "2 days old"),
    ],
)
def test_an_age_is_said_in_its_own_unit(connection, age, words_of_age):
    stamp, *_ = words(connection, age)
    assert f"</b> · {words_of_age} · " in stamp.replace(" · <b>LATE</b>", "")


@pytest.mark.parametrize(
    ("late", "late_when"),
    [(30, "30 minutes"), (60, "60 minutes"), (90, "90 minutes"), (120, "2 hours")],
)
def test_when_data_are_late_is_said_exactly(connection, late, late_when):
    assert words(connection, 0, late)[2] == late_when


@pytest.mark.parametrize(("age", "state"), [(3600, "on time"), (3601, "late")])
def test_late_data_are_marked(connection, age, state):
    stamp, stated, *_ = words(connection, age)
    assert stated == state
    assert ("rasure-late" in stamp and "LATE" in stamp) == (state == "late")


def test_a_force_is_named_as_text_of_a_page(connection):
    assert "Testshire &amp; Sons (niche_rms)" in words(connection, 0)[0]


def test_data_of_a_source_that_knows_months_have_a_day_and_no_hour(connection):
    assert re.fullmatch(
        r"\d\d \w{3} \d{4}", words(connection, 0, is_day_dated=False)[3]
    )
    assert re.fullmatch(r"\d\d \w{3} \d{4}, \d\d:\d\d", words(connection, 0)[3])


def test_a_later_state_that_could_not_be_built_is_said(connection):
    stamp = words(connection, 0, failed_at="2026-07-01 12:05+00")[0]
    assert "A later state could not be built (01 Jul, 13:05)" in stamp
    assert "rasure-late" in stamp
    assert "could not be built" not in words(connection, 0)[0]


def test_no_text_of_the_data_is_html_in_the_stamp(connection):
    name = """<a href='x' onclick="y">& Sons</a>"""
    stamp = words(connection, 0, name=name)[0]
    escaped = "&lt;a href=&#39;x&#39; onclick=&quot;y&quot;&gt;&amp; Sons&lt;/a&gt;"
    assert escaped in stamp
    assert "<a" not in stamp


def test_data_that_landed_and_are_not_built_are_said(connection):
    stamp = words(connection, 0, waiting_since="2026-07-01 12:05+00")[0]
    assert "Newer data landed 01 Jul, 13:05 and are not shown yet" in stamp
    assert "rasure-late" in stamp
    (recent,) = connection.execute(
        "select (now() - interval '1 minute')::text"
    ).fetchone()
    assert "not shown yet" not in words(connection, 0, waiting_since=recent)[0]
    both = words(
        connection,
        0,
        failed_at="2026-07-01 12:05+00",
        waiting_since="2026-07-01 12:00+00",
    )[0]
    assert "could not be built" in both
    assert "not shown yet" not in both


def test_a_replica_that_is_behind_is_said(connection):
    def asked(replica_as_at: str | None) -> str:
        return words(connection, 60, replica_as_at=replica_as_at)[0]

    assert "copy of the warehouse" not in asked(None)
    assert "copy of the warehouse" not in asked(now(connection, "90 seconds"))
    stamp = asked("2025-07-01T10:30Z")
    assert (
        "<b>Read from a copy of the warehouse that was last brought up to date"
        " 01 Jul, 11:30</b>" in stamp
    )
    assert "rasure-late" in stamp
    assert "was never brought up to date</b>" in asked("-infinity")


def now(connection, ago: str) -> str:
    """An instant of a short time ago, as text."""
    query = "select (now() - %s::interval)::text"
    return connection.execute(query, (ago,)).fetchone()[0]
