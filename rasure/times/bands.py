"""The bands of the hours: how sure their weights are, by drawing hours of events.

An event with an interval of time has one true hour. The hour is drawn from the event's
aoristic weights, hundreds of times; 95% of the resulting counts of an hour lie in its
band. An instant drawn evenly from the interval falls into an hour with exactly the
hour's weight, so no table of weights is needed. The same seed gives the same bands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import psycopg

from rasure.times.errors import NoTimes

WEEK = 168
BAND = (2.5, 97.5)

EVENTS = """
    select
        force,
        area_id,
        ((extract(isodow from occurred_from at time zone clock) - 1) * 24
            + extract(hour from occurred_from at time zone clock))::integer,
        (extract(epoch from occurred_from - date_trunc('hour', occurred_from))
            / 3600.0)::double precision,
        case time_kind
            when 'interval'
                then extract(epoch from occurred_to - occurred_from) / 3600.0
            when 'a week or more' then 168
            else 0
        end::double precision,
        changes.after_hours,
        coalesce(changes.shift, 0)::integer
    from core.int_event_times as events
    left join lateral (
        select
            min(passed.number)::double precision as after_hours,
            min(passed.shift) as shift
        from (
            select
                number,
                extract(epoch from
                    (date_trunc('hour', occurred_from) + number * interval '1 hour')
                        at time zone clock
                    - date_trunc('hour', occurred_from at time zone clock)
                ) / 3600 - number as shift
            from generate_series(
                1, ceil(extract(epoch from occurred_to - occurred_from) / 3600)::integer
            ) as number
        ) as passed
        where passed.shift <> 0
    ) as changes
        on time_kind = 'interval'
        and (occurred_to at time zone clock) - (occurred_from at time zone clock)
        <> occurred_to - occurred_from
    where not is_time_unknown
    order by event_id
"""


@dataclass(frozen=True)
class Times:
    """The events with a known time: one element an event in each array, in hours.

    - `group`: the number of the event's force and area.
    - `hour`: the local hour of the week in which the event starts.
    - `past`: the part of that hour before the start.
    - `length`: the length of the interval.
    - `change`: the hours from the start's hour to a change of the clocks; infinite
      without one.
    - `shift`: the hours by which the clocks change.
    """

    group: np.ndarray
    hour: np.ndarray
    past: np.ndarray
    length: np.ndarray
    change: np.ndarray
    shift: np.ndarray


def draw(times: Times, groups: int, draws: int, seed: int) -> np.ndarray:
    """Counts of shape (draws, groups, 168), with one drawn hour for each event."""
    spread = times.length > 0
    fixed = np.bincount(
        times.group[~spread] * WEEK + times.hour[~spread], minlength=groups * WEEK
    )
    base = (times.group[spread] * WEEK).astype(np.int32)
    hour = times.hour[spread].astype(np.int32)
    past, length = times.past[spread], times.length[spread]
    changing = np.flatnonzero(np.isfinite(times.change[spread]))
    change = times.change[spread][changing]
    shift = times.shift[spread][changing].astype(np.int32)
    rng = np.random.default_rng(seed)
    counts = np.empty((draws, groups * WEEK), dtype=np.int32)
    for number in range(draws):
        passed = (past + rng.random(len(past)) * length).astype(np.int32)
        passed[changing] += np.where(passed[changing] >= change, shift, 0)
        cells = base + (hour + passed) % WEEK
        counts[number] = fixed + np.bincount(cells, minlength=groups * WEEK)
    return counts.reshape(draws, groups, WEEK)


def uniform_shares(
    exposure: np.ndarray, events: int, hours: list[int], draws: int, seed: int
) -> list[tuple[int, float, float]]:
    """The share of `events` in the fullest hours if they fall by `exposure` alone.

    `exposure` is how often each of the 168 hours of the week occurred. Returns (hours,
    mean share, 97.5th percentile of the share) for each number of hours in `hours`.
    """
    rng = np.random.default_rng([seed, events])
    counts = rng.multinomial(events, exposure / exposure.sum(), size=draws)
    fullest = -np.sort(-counts, axis=1)
    shares = np.cumsum(fullest, axis=1) / events
    return [
        (size, shares[:, size - 1].mean(), np.percentile(shares[:, size - 1], BAND[1]))
        for size in hours
    ]


def read(connection: psycopg.Connection) -> tuple[list[tuple[str, str | None]], Times]:
    """The (force, area) of each group and the known times. Raises `NoTimes`."""
    rows = connection.execute(EVENTS).fetchall()
    if not rows:
        raise NoTimes(
            "There are no events with a known time. Land a delivery of a "
            "records-management system, then run `rasure transform`."
        )
    force, area, hour, past, length, change, shift = zip(*rows, strict=True)
    names = sorted(set(zip(force, area, strict=True)), key=str)
    number = {name: position for position, name in enumerate(names)}
    return names, Times(
        group=np.array([number[name] for name in zip(force, area, strict=True)]),
        hour=np.array(hour),
        past=np.array(past),
        length=np.array(length),
        change=np.array([np.inf if value is None else value for value in change]),
        shift=np.array(shift),
    )
