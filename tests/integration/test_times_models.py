"""The models of hot times and the bands, from events to marts."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from rasure.settings import Settings
from rasure.times import commands
from rasure.times.errors import NoTimes
from rasure.times.store import refresh
from rasure.transform import dbt

EVENTS = """
    create schema if not exists core;
    create or replace view core.timed_events as
    select
        'e' || number as event_id,
        'testshire' as force,
        'area ' || number % 2 as area_id,
        'testshire:1:' || number % 3 as hexagon_id,
        'Europe/London' as clock,
        number % 10 <> 0 as is_time_known,
        start as occurred_from,
        start + number % 4 * interval '100 minutes' as occurred_to,
        timestamptz '2024-12-31 00:00+00' as reported_at
    from generate_series(1, 600) as number
    cross join lateral (
        select timestamptz '2024-03-01 00:20+00' + number * interval '7 hours' as start
    ) as started
"""
WEIGHTS = """
    select force, level, subject_id, hour_of_week, weight, weight_low, weight_high
    from marts.hot_times
    order by force, level, subject_id, hour_of_week
"""


def build(*selected: str) -> None:
    answer = dbt.call(
        Settings.load(),
        ["build", "--exclude-resource-type", "unit_test", "--select", *selected],
    )
    assert answer.code == 0, answer.error


def test_bands_are_about_the_weights_and_come_again_from_the_same_seed(
    connection,
) -> None:
    app = typer.Typer()
    commands.register(app)
    seeds = ("time_rules", "default_minutes", "top_hours")
    connection.execute(EVENTS + " where false")
    build(*seeds)
    build("path:models/core/times", "--exclude", "timed_events")
    with pytest.raises(NoTimes, match="no events with a known time"):
        refresh(connection)
    connection.execute(EVENTS)
    build("path:models/core/times", "--exclude", "timed_events")
    answer = CliRunner().invoke(app, ["times", "bands", "--draws", "200"])
    assert answer.exit_code == 0, answer.output
    assert "504 bands and 12 shares by chance, from 200 draws" in answer.output
    build("path:models/marts/times")
    weights = connection.execute(WEIGHTS).fetchall()
    assert len(weights) == (1 + 2 + 3) * 168
    banded = [row for row in weights if row[1] != "place"]
    assert all(low <= high for *_, low, high in banded)
    inside = sum(low - 1 <= weight <= high + 1 for *_, weight, low, high in banded)
    assert inside / len(banded) > 0.97
    assert {row[5:] for row in weights if row[1] == "place"} == {(None, None)}
    assert connection.execute(
        "select distinct known_time_events, unknown_time_share from marts.hot_times"
        " where level = 'force'"
    ).fetchall() == [(540, 0.1)]
    shares = connection.execute(
        "select window_name, sum(weight) from marts.hot_time_windows"
        " where level = 'force' group by 1 order by 1"
    ).fetchall()
    assert sum(weight for _, weight in shares) == pytest.approx(540, abs=1e-9)
    bands = "select * from times.bands order by 1, 2, 3, 4"
    before = connection.execute(bands).fetchall()
    assert refresh(connection, draws=200) == {"bands": 504, "uniform_shares": 12}
    assert connection.execute(bands).fetchall() == before
