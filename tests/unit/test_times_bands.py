"""The bands of the hours: drawn counts agree with the weights, and repeat."""

from __future__ import annotations

import numpy as np
import pytest

from rasure.times.bands import WEEK, Times, draw, uniform_shares


def times(*events: tuple) -> Times:
    """Events of (group, hour, past, length, change, shift)."""
    columns = [np.array(column) for column in zip(*events, strict=True)]
    return Times(*columns)


def test_an_exact_time_is_in_its_hour_in_every_draw() -> None:
    counts = draw(times((0, 5, 0.5, 0.0, np.inf, 0), (1, 7, 0, 0, np.inf, 0)), 2, 50, 1)
    assert counts.shape == (50, 2, WEEK)
    assert (counts[:, 0, 5] == 1).all() and (counts[:, 1, 7] == 1).all()
    assert counts.sum() == 100


def test_draws_have_the_mean_of_the_weights() -> None:
    # 23:45 on Sunday to 01:15 on Monday: a sixth, two thirds, a sixth.
    events = [(0, 167, 0.75, 1.5, np.inf, 0)] * 300
    mean = draw(times(*events), 1, 400, 1).mean(axis=0)[0]
    assert mean[167] == pytest.approx(50, abs=2)
    assert mean[0] == pytest.approx(200, abs=2)
    assert mean[1] == pytest.approx(50, abs=2)
    assert mean.sum() == pytest.approx(300)


def test_the_hour_the_clocks_skip_is_never_drawn_and_the_repeated_one_twice() -> None:
    spring = [(0, 144, 0.0, 2.0, 1.0, 1)] * 200
    mean = draw(times(*spring), 1, 200, 1).mean(axis=0)[0]
    assert mean[145] == 0
    assert mean[144] == pytest.approx(100, abs=2)
    assert mean[146] == pytest.approx(100, abs=2)
    autumn = draw(times((0, 145, 0.0, 2.0, 1.0, -1)), 1, 50, 1)
    assert (autumn[:, 0, 145] == 1).all()


def test_the_same_seed_draws_the_same() -> None:
    events = times(*[(0, 10, 0.1, 9.0, np.inf, 0)] * 20)
    first, second, other = (draw(events, 1, 20, seed) for seed in (1, 1, 2))
    assert (first == second).all()
    assert (first != other).any()


def test_with_few_events_chance_alone_fills_few_hours() -> None:
    exposure = np.ones(WEEK)
    few = uniform_shares(exposure, 12, [12, 168], 300, 1)
    many = uniform_shares(exposure, 1_000_000, [12, 168], 100, 1)
    assert few[0][1] > 0.95 and few[1][1:] == (1.0, 1.0)
    assert many[0][1] == pytest.approx(12 / 168, abs=0.003)


def test_hours_that_came_oftener_hold_more_by_chance() -> None:
    exposure = np.ones(WEEK)
    exposure[3] = WEEK
    ((_, share, high),) = uniform_shares(exposure, 10_000, [1], 100, 1)
    assert share == pytest.approx(WEEK / (2 * WEEK - 1), abs=0.01)
    assert high > share
