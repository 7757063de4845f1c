"""Hours: the times of each sort of offence, and the planted hot hours.

A profile is 168 weights, Monday 00:00 first, on the force's clock. A place of night
life has its own (Friday and Saturday nights), so has one where schools come out; all
others follow the offence.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from rasure.instruments.simulate.clock import DAY, HOUR, to_local
from rasure.instruments.simulate.ground import NIGHT_LIFE, SCHOOL_END

CLOCK = "Europe/London"  # the time zone of the simulated force
WEEK = 168
SEASON = 0.15  # more in the middle of July than on average, and less in January
MIDSUMMER = 0.54  # of a year
PLANTED = {  # hours of the week, Monday 00:00 is 0, and the share of a place's events
    NIGHT_LIFE: (tuple(range(118, 124)) + tuple(range(142, 148)), 0.75),
    SCHOOL_END: (tuple(24 * day + hour for day in range(5) for hour in (15, 16)), 0.70),
}
_BY_HOUR = {
    "night": "5 5 4 3 2 1 1 1 2 2 2 3 4 4 4 5 5 5 6 7 8 9 9 8",
    "evening": "3 2 2 1 1 1 1 2 3 3 4 4 5 5 5 7 7 7 7 7 6 6 5 4",
    "home": "4 3 2 2 1 1 2 3 4 4 5 5 5 5 5 6 6 7 7 7 7 7 6 5",
    "school": "2 1 1 1 1 1 1 2 3 2 2 3 4 4 5 9 9 7 6 6 6 6 5 3",
    "day": "1 1 1 1 1 1 1 2 4 6 8 9 9 9 9 9 8 7 5 3 2 2 1 1",
    "overnight": "7 7 7 6 5 4 3 2 2 3 3 3 3 3 3 4 4 5 6 6 7 7 7 7",
}
PROFILES = tuple(_BY_HOUR)


@cache
def profiles() -> np.ndarray:
    """(profiles + planted, 168): each sort of offence, then the planted places."""
    rows = []
    for name, text in _BY_HOUR.items():
        week = np.tile(np.array(text.split(), float), (7, 1))
        if name == "night":
            week[4:6, 20:] *= 2.2
            week[5:7, :4] *= 2.6
        if name == "school":
            week[5:] = week[5:].mean()
        rows.append(week.ravel() / week.sum())
    for hot, share in PLANTED.values():
        flat = np.full(WEEK, (1 - share) / (WEEK - len(hot)))
        flat[list(hot)] = share / len(hot)
        rows.append(flat)
    return np.array(rows)


def profile_of(hours: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The row of `profiles()`: of the offence, or of the place where it has its own."""
    own = np.full(max(PLANTED) + 1, -1)
    for number, kind in enumerate(PLANTED):
        own[kind] = len(PROFILES) + number
    return np.where(place > 0, own[place], hours)


def draw(
    rng, profile: np.ndarray, window: np.ndarray, windows: tuple[tuple[int, int], ...]
) -> np.ndarray:
    """An instant (seconds, UTC) for each event, within its window, by its profile.

    Every true hour of a window has the weight of its local hour of the week, so that
    both nights of a clock change come out right.
    """
    instants = np.zeros(len(profile), np.int64)
    weights = profiles()
    for number, (start, end) in enumerate(windows):
        hours = np.arange(start // HOUR, -(-end // HOUR)) * HOUR
        of_week = hour_of_week(hours, CLOCK)
        season = season_of(hours)
        for row in range(len(weights)):
            events = np.flatnonzero((window == number) & (profile == row))
            if not len(events):
                continue
            total = np.cumsum(weights[row][of_week] * season)
            drawn = np.searchsorted(total, rng.random(len(events)) * total[-1])
            instants[events] = hours[drawn] + rng.integers(0, HOUR, len(events))
        own = window == number
        instants[own] = np.clip(instants[own], start, end - 1)
    return instants


def season_of(instants: np.ndarray) -> np.ndarray:
    """How much more happens at that time of the year than on average."""
    year = instants / (365.25 * DAY)
    return 1 + SEASON * np.cos(2 * np.pi * (year - MIDSUMMER))


def hour_of_week(instants: np.ndarray, clock: str) -> np.ndarray:
    """The local hour of the week, 0 for Monday 00:00."""
    return (to_local(instants, clock) // HOUR + 72) % WEEK  # 1970 began on a Thursday
