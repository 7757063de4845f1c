"""The aoristic SQL of the models: a published answer, and what must hold for any event.

Every test renders the macro that the models render and runs it on real PostgreSQL.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasure.instruments.macro_rendering import weights

LONDON, WASHINGTON = "Europe/London", "America/New_York"
WEEK = timedelta(hours=168)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@pytest.fixture
def events(connection):
    """A table of events and a function that gives their weights by hour of the week."""
    connection.execute("set timezone = 'UTC'")
    connection.execute(
        "create temp table events (event_id integer, occurred_from timestamptz,"
        " occurred_to timestamptz, clock text)"
    )
    return connection


def put(connection: psycopg.Connection, rows: list[tuple], clock: str = LONDON) -> None:
    connection.execute("truncate events")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into events values (%s, %s, %s, %s)",
            [
                (number, start, end, clock)
                for number, (start, end) in enumerate(rows, start=1)
            ],
        )


def weighed(connection: psycopg.Connection, mode: str = "absolute") -> list[dict]:
    """The weights of each event put, by hour of the week."""
    count = connection.execute("select count(*) from events").fetchone()[0]
    weights_by_event = [{} for _ in range(count)]
    query = f"select * from {weights('events', 'event_id', mode)} as weighed"
    for number, hour, weight in connection.execute(query):
        hours = weights_by_event[number - 1]
        hours[hour] = hours.get(hour, 0) + weight
    return weights_by_event


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("mode", "error"), [("wall", 0.001), ("absolute", 0.03)])
def test_washington_burglaries_have_the_published_weights(
    events, shared, mode, error
) -> None:
    folder = shared / "known_answers"
    with (folder / "dc_clean.csv").open() as rows:
        local = [(row["start"], row["end"] or None) for row in csv.DictReader(rows)]
    put(events, [], WASHINGTON)
    with events.cursor() as cursor:
        cursor.executemany(
            "insert into events select row_number() over (),"
            " %s::timestamp at time zone 'America/New_York',"
            " %s::timestamp at time zone 'America/New_York', 'America/New_York'",
            local,
        )
    query = f"select * from {weights('events', 'clock', mode)} as weighed"
    shares = [0.0] * 168
    for _, hour, weight in events.execute(query):
        shares[hour] += weight
    with (folder / "dcburgsum.csv").open() as rows:
        published = [
            (day * 24 + hour, float(row[name]))
            for hour, row in enumerate(csv.DictReader(rows))
            for day, name in enumerate(DAYS)
        ]
    assert len(published) == 168
    assert max(abs(shares[hour] - weight) for hour, weight in published) <= error
    assert sum(shares) == pytest.approx(1025, abs=1e-9)
    # Thursday 14h, Tuesday 14h and Tuesday 03h, in this order.
    fullest = sorted(range(168), key=lambda hour: -shares[hour])[:3]
    assert fullest == [3 * 24 + 14, 1 * 24 + 14, 1 * 24 + 3]


def test_eight_hours_count_an_eighth_each(events) -> None:
    put(events, [(utc("2024-07-01 10:00"), utc("2024-07-01 18:00"))])
    assert weighed(events) == [{hour: 0.125 for hour in range(11, 19)}]


def test_without_a_usable_end_the_start_is_the_time(events) -> None:
    start = utc("2024-01-03 23:30")  # a Wednesday
    ends = (None, start, start - timedelta(hours=5), start + timedelta(minutes=1))
    put(events, [*((start, end) for end in ends), (None, start)])
    at_start = {2 * 24 + 23: 1.0}
    for mode in ("absolute", "wall"):
        assert weighed(events, mode) == [at_start] * 4 + [{}]


def test_a_week_or_more_counts_alike_in_every_hour(events) -> None:
    start = utc("2024-01-01 10:20")
    rows = [(start, start + WEEK), (start, start + 3 * WEEK)]
    put(events, rows)
    assert weighed(events) == [{hour: 1 / 168 for hour in range(168)}] * 2


def test_the_clocks_changing_is_elapsed_time_not_the_face_of_the_clock(events) -> None:
    put(
        events,
        [
            (utc("2024-10-27 00:00"), utc("2024-10-27 02:00")),  # 01:00 comes twice
            (utc("2024-03-31 00:00"), utc("2024-03-31 02:00")),  # 01:00 never comes
        ],
    )
    sunday = 6 * 24
    assert weighed(events) == [{sunday + 1: 1.0}, {sunday: 0.5, sunday + 2: 0.5}]
    assert weighed(events, "wall") == [
        {sunday + 1: 1.0},
        pytest.approx({sunday: 1 / 3, sunday + 1: 1 / 3, sunday + 2: 1 / 3}),
    ]


STARTS = st.datetimes(
    datetime(2019, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC)
)
# Every change of the clocks is within a week of one of these.
CHANGES = st.sampled_from([utc("2024-03-29 12:00"), utc("2024-10-25 12:00")])
LENGTHS = st.integers(122, 167 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@settings(max_examples=60, deadline=None)
@given(start=st.one_of(STARTS, CHANGES), length=LENGTHS, share=st.floats(0, 1))
def test_the_parts_of_an_interval_make_the_whole(
    shared_events, start, length, share
) -> None:
    minute = timedelta(seconds=61)
    middle = start + minute + (length - 2 * minute) * share
    end = start + length
    put(shared_events, [(start, end), (start, middle), (middle, end)])
    whole, first, second = weighed(shared_events)
    assert sum(whole.values()) == pytest.approx(1, abs=1e-12)
    for hour in range(168):
        parts = first.get(hour, 0) * (middle - start) + second.get(hour, 0) * (
            end - middle
        )
        assert (whole.get(hour, 0) * length).total_seconds() == pytest.approx(
            parts.total_seconds(), abs=1e-3
        )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(STARTS, CHANGES),
            st.one_of(
                st.none(),
                st.integers(-1000, 40 * 24 * 60).map(lambda m: timedelta(minutes=m)),
            ),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_events_weigh_as_many_as_they_are(shared_events, drawn) -> None:
    rows = [
        (start, None if length is None else start + length) for start, length in drawn
    ]
    for clock in (LONDON, WASHINGTON):
        put(shared_events, rows, clock)
        for mode in ("absolute", "wall"):
            weights_of_events = weighed(shared_events, mode)
            assert sum(
                sum(hours.values()) for hours in weights_of_events
            ) == pytest.approx(len(rows), abs=1e-9)
            assert all(0 <= hour < 168 for hours in weights_of_events for hour in hours)


@pytest.fixture(scope="module")
def shared_events(cluster):
    """A table of events that all examples of a property use in turn."""
    url = cluster.url("rasure", "rasure", cluster.password)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            "create temp table events (event_id integer, occurred_from timestamptz,"
            " occurred_to timestamptz, clock text)"
        )
        yield connection
