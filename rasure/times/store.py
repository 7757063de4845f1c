"""Draw the bands of hot times and store them in `times`, in one transaction."""

from __future__ import annotations

import numpy as np
import psycopg

from rasure.times.bands import BAND, WEEK, draw, read, uniform_shares

DRAWS = 500
SEED = 1

SIZES = """
    select distinct force, events - unknown_time_events
    from core.int_time_subjects
    where events > unknown_time_events
    order by 1, 2
"""


def refresh(
    connection: psycopg.Connection, draws: int = DRAWS, seed: int = SEED
) -> dict[str, int]:
    """Replace the bands and the uniform shares; returns the rows of each table.

    Reads tables of core, which the transform builds. Raises `NoTimes`.
    """
    with connection.transaction():
        bands = _bands(connection, draws, seed)
        shares = _shares(connection, draws, seed)
        connection.execute("truncate times.bands, times.uniform_shares")
        for table, rows in (("bands", bands), ("uniform_shares", shares)):
            with connection.cursor().copy(f"copy times.{table} from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
    return {"bands": len(bands), "uniform_shares": len(shares)}


def _bands(connection: psycopg.Connection, draws: int, seed: int) -> list[tuple]:
    names, times = read(connection)
    counts = draw(times, len(names), draws, seed)
    rows = []
    for force in sorted({force for force, _ in names}):
        members = [place for place, name in enumerate(names) if name[0] == force]
        subjects = [("force", force, counts[:, members].sum(axis=1))]
        subjects += [
            ("area", names[place][1], counts[:, place])
            for place in members
            if names[place][1] is not None
        ]
        for level, subject, drawn in subjects:
            low, high = np.percentile(drawn, BAND, axis=0)
            rows += [
                (force, level, subject, hour, low[hour], high[hour], draws, seed)
                for hour in range(WEEK)
            ]
    return rows


def _shares(connection: psycopg.Connection, draws: int, seed: int) -> list[tuple]:
    exposure = _by_force(
        connection, "select force, exposure_hours from core.hour_exposure"
    )
    sizes = [
        hours
        for (hours,) in connection.execute("""
        select hours from reference.top_hours
        where valid_from = (select max(valid_from) from reference.top_hours)
        order by hours
    """)
    ]
    rows = []
    for force, events in connection.execute(SIZES).fetchall():
        for hours, expected, high in uniform_shares(
            exposure[force], events, sizes, draws, seed
        ):
            rows.append((force, events, hours, expected, high, draws, seed))
    return rows


def _by_force(connection: psycopg.Connection, query: str) -> dict[str, np.ndarray]:
    """The second column of `query` for each value of the first, in the rows' order."""
    by_force: dict[str, list] = {}
    for force, value in connection.execute(f"{query} order by force, hour_of_week"):
        by_force.setdefault(force, []).append(value)
    return {force: np.array(values, dtype=float) for force, values in by_force.items()}
