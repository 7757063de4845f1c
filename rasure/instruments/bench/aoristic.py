"""`aoristic`: distribute half a million events over the hours of the week."""

from __future__ import annotations

import psycopg

from rasure.instruments.bench.measures import Measure, median, seconds
from rasure.instruments.macro_rendering import macro, weights

ROUNDS = 3
EVENTS = 500_000

# 45% exact, 38% under three hours, 15% under a day, 2% up to ten days, over six years.
MAKE = f"""
    create table bench.timed_events as
    select
        event_id,
        'area ' || event_id % 12 as area_id,
        occurred_from,
        occurred_from + case
            when kind < 0.45 then interval '0'
            when kind < 0.83 then interval '3 hours' * length
            when kind < 0.98 then interval '3 hours' + interval '21 hours' * length
            else interval '1 day' + interval '9 days' * length
        end as occurred_to,
        'Europe/London' as clock
    from (
        select
            event_id,
            timestamptz '2020-01-01' + interval '2190 days' * random() as occurred_from,
            random() as kind,
            random() as length
        from generate_series(1, {EVENTS}) as event_id
    ) as drawn
"""


def measure(connection: psycopg.Connection) -> Measure:
    """Seconds for the 168 weights of every area; the floor counts by hour of start."""
    ours, floors = [], []
    connection.execute("create schema if not exists bench")
    connection.execute("drop table if exists bench.timed_events")
    connection.execute("select setseed(0.5)")
    connection.execute(MAKE)
    connection.execute("analyze bench.timed_events")
    connection.execute("set jit = off")
    hour = macro("hour_of_week", "(occurred_from at time zone clock)")
    bare = f"select area_id, {hour}, count(*) from bench.timed_events group by 1, 2"
    weighted = (
        "select area_id, hour_of_week, sum(weight)"
        f" from {weights('bench.timed_events', 'area_id')} as weights group by 1, 2"
    )
    for _ in range(ROUNDS):
        floors.append(seconds(lambda: connection.execute(bare).fetchall()))
        ours.append(seconds(lambda: connection.execute(weighted).fetchall()))
    connection.execute("reset jit")
    connection.execute("drop table bench.timed_events")
    return Measure("aoristic", median(ours), "s", median(floors))
