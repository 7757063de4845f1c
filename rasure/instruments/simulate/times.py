"""The recorded times: exact times, windows, defaults and late reports.

About 45% of times are exact. The rest are windows that hold the true instant, most
under three hours, a few of days; some begin or end at a time that a form fills in
(00:00, 12:00), and a few stand the wrong way round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.clock import DAY, HOUR, NONE, to_local, to_utc
from rasure.instruments.simulate.hours import CLOCK

EXACT, WINDOW, LONG, DEFAULTED, REVERSED, UNKNOWN = range(6)


@dataclass(frozen=True)
class Times:
    """By occurrence, in seconds (UTC): the true instant, what was recorded, and how."""

    instant: np.ndarray
    occurred_from: np.ndarray
    occurred_to: np.ndarray
    reported: np.ndarray
    recorded: np.ndarray
    fault: np.ndarray

    def __getitem__(self, rows) -> Times:
        return Times(*(getattr(self, name)[rows] for name in self.__annotations__))


def record(rng, instant: np.ndarray, exact, late, plan) -> Times:
    """Blur instants as officers and forms do.

    `exact` and `late` are each event's chance of an exact time and of a report more
    than a month late. The caller drops reports after the end of the history, because an
    extract does not have them yet.
    """
    count = len(instant)
    draw = rng.random(count)
    fault = np.where(draw < exact, EXACT, WINDOW)
    hours = np.exp(rng.normal(np.log(1.6), 0.9, count))
    long = (fault == WINDOW) & (rng.random(count) < 0.32)
    hours[long] = rng.uniform(3, 20, long.sum())
    days = long & (rng.random(count) < 0.16)
    hours[days] = rng.uniform(24, 240, days.sum())
    fault[days] = LONG
    length = np.where(fault == EXACT, 0, hours * HOUR).astype(np.int64)
    minute = instant // 60 * 60
    begin = minute - (rng.random(count) * length).astype(np.int64) // 60 * 60
    finish = begin + length // 60 * 60
    finish = np.maximum(finish, np.where(fault == EXACT, begin, minute))
    _defaults(rng, begin, finish, fault)
    backward = (fault == WINDOW) & (rng.random(count) < 0.006)
    begin[backward], finish[backward] = finish[backward], begin[backward]
    fault[backward & (begin != finish)] = REVERSED
    reported = np.maximum(np.maximum(begin, finish), instant)
    reported = reported + (np.exp(rng.normal(3.2, 1.5, count)) * 60).astype(np.int64)
    tardy = rng.random(count) < late
    reported[tardy] += (rng.gamma(1.2, 120, tardy.sum()) * DAY).astype(np.int64)
    if plan.step:  # the occurrences of a daily delta were reported on that day
        reported = np.minimum(reported, plan.end - 1 - rng.integers(0, HOUR, count))
        finish = np.minimum(finish, reported)
        begin = np.minimum(begin, reported)
    recorded = reported + (np.exp(rng.normal(4.0, 1.6, count)) * 60).astype(np.int64)
    recorded = np.minimum(recorded, plan.end - 1)
    open_end = (fault == EXACT) & (rng.random(count) < 0.25)
    finish[open_end] = NONE
    lost = rng.random(count) < 0.004
    begin[lost], finish[lost], fault[lost] = NONE, NONE, UNKNOWN
    return Times(instant, begin, finish, reported, recorded, fault.astype(np.int8))


def _defaults(rng, begin, finish, fault) -> None:
    """Default times of a form: midnight, midday, or the whole day."""
    count = len(begin)
    filled = np.flatnonzero((fault == WINDOW) & (rng.random(count) < 0.06))
    local = to_local(begin[filled], CLOCK) // DAY * DAY
    kind = rng.integers(0, 3, len(filled))
    start = to_utc(local + np.where(kind == 1, 12 * HOUR, 0), CLOCK)
    end = to_utc(local + np.where(kind == 2, DAY - 60, 0), CLOCK)
    begin[filled] = start
    finish[filled] = np.where(kind == 2, end, start)
    fault[filled] = DEFAULTED
