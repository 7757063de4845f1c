"""Hot hours: compare the hours in the warehouse with the true ones.

A planted hour of a place can only be recovered if events happened in it. If three are
expected in each, an hour stays empty once in twenty. Places with fewer events of known
time are left out; the force always counts.
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


def hot_hours(connection: psycopg.Connection, truth: Truth) -> dict[str, float]:
    """How far the hours of the warehouse are the true ones, by key of the report.

    Recall: the share of the hot hours that are among the same number of fullest.
    Overlap: what the force's hours in the warehouse and its true hours have in common,
    the sum over the week of the smaller share; 1 if they are the same.
    """
    profiles = {
        subject: (np.array(shares, float), events)
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
        profile, events = profiles.get(scope, (np.zeros(WEEK), 0))
        if scope != truth.force and events * shares[hot].min() < LEAST_DUE:
            continue
        hits += int(hot[fullest(profile, int(hot.sum()))].sum())
        hours += int(hot.sum())
    profile, _ = profiles.get(truth.force, (np.zeros(WEEK), 0))
    true_shares, _ = planted[truth.force]
    return {
        "hot_hours_recall": hits / hours,
        "hot_hours_overlap": float(np.minimum(profile, true_shares).sum()),
    }


def fullest(shares: np.ndarray, count: int) -> np.ndarray:
    """The `count` hours of highest share, ties by the hour."""
    return np.argsort(-shares, kind="stable")[:count]
