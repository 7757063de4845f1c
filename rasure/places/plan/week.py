"""The week of a place, hour by hour, as `marts.hot_times` tells it."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES = 6  # of the strip, 0 the palest

# The place's own week, else that of its area, else that of the force.
WEEK = """
    select
        times.level,
        times.subject,
        times.known_time_events,
        times.unknown_time_events,
        array_agg(times.expected_share order by times.hour_of_week) as shares
    from marts.hot_times as times
    inner join geo.hexagons on hexagons.hexagon_id = %(hexagon_id)s
    where times.force = %(force)s
        and (
            (times.level = 'place' and times.subject_id = hexagons.hexagon_id)
            or (times.level = 'area' and times.subject_id = hexagons.area_id)
            or times.level = 'force'
        )
    group by 1, 2, 3, 4
    order by array_position(array['place', 'area', 'force'], times.level)
    limit 1
"""
PEAK = "select peak_hours from marts.place_profile where hexagon_id = %(hexagon_id)s"


@dataclass(frozen=True)
class Week:
    """168 shares of the crimes of a week, Monday 00:00 first, of a place or around it.

    `level` is place, area or force: the nearest that has crimes enough.
    """

    level: str
    subject: str
    known_time_events: int
    unknown_time_events: int
    shares: tuple[float, ...]
    peak_hours: str | None

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """For each day its name and the shade, 0 to 5, of each of its 24 hours."""
        fullest = max(self.shares)
        shades = [
            min(int(SHADES * share / fullest), SHADES - 1) if fullest else 0
            for share in self.shares
        ]
        return [(day, shades[24 * at : 24 * at + 24]) for at, day in enumerate(DAYS)]


def read_week(
    connection: psycopg.Connection, force: str, hexagon_id: str
) -> Week | None:
    """The week of a place, or of what it lies in; None where no hour is known."""
    asked = {"force": force, "hexagon_id": hexagon_id}
    found = connection.execute(WEEK, asked).fetchone()
    if found is None:
        return None
    level, subject, known, unknown, shares = found
    peak = connection.execute(PEAK, asked).fetchone()
    return Week(
        level=level,
        subject=subject,
        known_time_events=known,
        unknown_time_events=unknown,
        shares=tuple(share or 0.0 for share in shares),
        peak_hours=peak[0] if peak and level == "place" else None,
    )
