"""Hot hours: those the warehouse finds fullest against those that are planted.

A place's planted hours can only be found where something happened in them: with three
events due in each, one stays empty once in twenty. Places whose events of known time
are fewer are left out; the force always counts.
"""

from __future__ import annotations

import numpy as np
import psycopg

from rasure.instruments.truth.planted import Truth

LEAST_DUE = 3.0
WEEK = 168

PROFILES = """
    select
        subject_id,
        array_agg(expected_share order by hour_of_week),
        max(known_time_events)
    from marts.hot_times
    where force = %s
        and level in ('force', 'place')
    group by subject_id
"""


def hot_hours_recall(connection: psycopg.Connection, truth: Truth) -> float:
    """The share of planted hot hours that are among as many fullest hours."""
    profiles = {
        subject: (np.array(shares), events)
        for subject, shares, events in connection.execute(PROFILES, (truth.force,))
    }
    planted: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for scope, hour, share, is_hot in truth.columns(
        "hot_hours", "scope", "hour_of_week", "share", "is_hot"
    ):
        shares, hot = planted.setdefault(scope, (np.zeros(WEEK), np.zeros(WEEK, bool)))
        shares[hour], hot[hour] = share, is_hot
    hits = hours = 0
    for scope, (shares, hot) in planted.items():
        found, events = profiles.get(scope, (np.zeros(WEEK), 0))
        if scope != truth.force and events * shares[hot].min() < LEAST_DUE:
            continue
        hits += int(hot[fullest(found, int(hot.sum()))].sum())
        hours += int(hot.sum())
    return hits / hours


def fullest(shares: np.ndarray, count: int) -> np.ndarray:
    """The `count` hours of highest share, ties by the hour."""
    return np.argsort(-shares, kind="stable")[:count]
