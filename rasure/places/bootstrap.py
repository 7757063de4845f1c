"""The bootstrap over events, done on classes of events instead of events.

Resampling N events with replacement and counting how many fall in each set is the same
as one multinomial draw over the classes of events that are in the same sets. A
thousand draws of 20,000 events cost milliseconds, and the sets stay paired: every
method is scored on the same resampled events.
"""

from __future__ import annotations

import numpy as np


def resampled_captures(
    membership: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Events captured by each set in each bootstrap sample: (draws, sets) integers.

    `membership` is (events, sets) booleans: whether the event falls in the set.
    """
    events, sets = membership.shape
    if not events:
        return np.zeros((draws, sets), dtype=int)
    classes, counts = np.unique(membership, axis=0, return_counts=True)
    drawn = rng.multinomial(events, counts / events, size=draws)
    return drawn @ classes.astype(int)


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Element-wise ratio, not a number where nothing is below."""
    above, below = np.broadcast_arrays(above, below)
    answer = np.full(above.shape, np.nan)
    return np.divide(above, below, out=answer, where=below != 0)


def percentile_interval(
    values: np.ndarray, confidence: float = 0.95
) -> tuple[float, float]:
    """The middle `confidence` of the values that are numbers; (nan, nan) if none is."""
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)
