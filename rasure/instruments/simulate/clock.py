"""Convert instants from UTC to a force's wall clock and back, by a table of changes.

The offsets come from `zoneinfo`. There are two changes a year, and a search in their
table converts ten million instants in half a second. A wall-clock time that the clocks
skip moves on by the lost hour; one that occurs twice is the first.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

DAY = 86_400
HOUR = 3_600
NONE = np.iinfo(np.int64).min  # no instant, no day


@cache
def changes(zone: str) -> tuple[np.ndarray, np.ndarray]:
    """(instants, offsets) in seconds; each offset holds from its instant (UTC)."""
    clock = ZoneInfo(zone)
    hour = datetime(1999, 1, 1, tzinfo=UTC)
    instants, offsets = [int(hour.timestamp())], [_offset(hour, clock)]
    while hour.year < 2050:
        later = hour + timedelta(days=1)
        if _offset(later, clock) != offsets[-1]:
            while _offset(hour, clock) == offsets[-1]:
                hour += timedelta(hours=1)
            instants.append(int(hour.timestamp()))
            offsets.append(_offset(hour, clock))
        hour = later.replace(hour=0)
    return np.array(instants), np.array(offsets)


def to_local(instants: np.ndarray, zone: str) -> np.ndarray:
    """Wall-clock seconds of instants (seconds, UTC); `NONE` stays `NONE`."""
    at, offsets = changes(zone)
    position = np.searchsorted(at, instants, side="right") - 1
    return np.where(instants == NONE, NONE, instants + offsets[np.maximum(position, 0)])


def to_utc(local: np.ndarray, zone: str) -> np.ndarray:
    """Instants (seconds, UTC) of wall-clock seconds; `NONE` stays `NONE`."""
    at, offsets = changes(zone)
    before = np.concatenate([offsets[:1], offsets[:-1]])
    position = (
        np.searchsorted(at + np.minimum(before, offsets), local, side="right") - 1
    )
    position = np.maximum(position, 0)
    # In the hour that occurs twice, the first time has the offset before the change.
    repeated = (local < at[position] + before[position]) & (
        before[position] > offsets[position]
    )
    offset = np.where(repeated, before[position], offsets[position])
    return np.where(local == NONE, NONE, local - offset)


def _offset(moment: datetime, clock: ZoneInfo) -> int:
    return int(moment.astimezone(clock).utcoffset().total_seconds())
