"""The measures of a records-management force: `simulate`, `land_niche_rms`,
`transform_full`, `delta_day` and `places_rank` of a simulated Thames Valley.

The delta of a day is measured with one year of history and with all years, because its
cost should not grow with the history. The two take turns, so that a machine whose speed
varies is as fast for one as for the other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from rasure import geography
from rasure.database import connect
from rasure.instruments.bench.measures import Measure, seconds
from rasure.instruments.bench.niche_floors import copy_all_text, type_and_index
from rasure.instruments.bench.transform import full_of, startup
from rasure.instruments.bench.warehouse import empty, second_home
from rasure.instruments.simulate import delta
from rasure.instruments.simulate.extract import write_history
from rasure.instruments.simulate.plan import plan
from rasure.landing import land
from rasure.sources.niche_rms.mapping import load
from rasure.transform import pipeline

FORCE = "thames-valley"
SOURCE = "niche_rms"
SEED = 1
MILLION = 1_000_000
DAYS = 5
ROUNDS = 2
Say = Callable[[str], None]


@dataclass(frozen=True)
class History:
    """A simulated force: its folder, its full extract, its years and crimes."""

    folder: Path
    delivery: Path
    years: int
    crimes: int


def simulate(folder: Path, years: int) -> tuple[History, Measure]:
    """Write a history; seconds for a million crimes. The floor copies its files."""
    deliveries = []
    ours = seconds(
        lambda: deliveries.append(write_history(plan(FORCE, SEED, years), folder))
    )
    delivery = deliveries[0]
    copied = folder / "copied"
    floor = seconds(lambda: shutil.copytree(delivery, copied))
    shutil.rmtree(copied)
    with (delivery / "StatsClassification.csv").open("rb") as rows:
        crimes = sum(
            block.count(b"\n") for block in iter(lambda: rows.read(2**20), b"")
        )
    share = MILLION / crimes
    return History(folder, delivery, years, crimes), Measure(
        "simulate", ours * share, "s", floor * share, source=SOURCE, rows=crimes
    )


def landing(connection: psycopg.Connection, history: History) -> Measure:
    """Land a history in an empty warehouse; rows a second. The floor is a bare COPY.

    Both are taken in turn and the fastest of each counts, because other work on the
    machine can only slow them.
    """
    mapping = load(FORCE)
    counted, bare, ours = [], [], []
    for _ in range(ROUNDS):
        empty(connection)
        copy = partial(copy_all_text, connection, history.delivery, mapping)
        bare.append(seconds(lambda copy=copy: counted.append(copy())))
        landed = land(SOURCE, history.delivery)
        ours.append(landed.seconds)
    return Measure(
        f"land_{SOURCE}",
        landed.rows_landed / min(ours),
        "rows/s",
        counted[0] / min(bare),
        source=SOURCE,
        rows=landed.rows_landed,
    )


def transform(
    connection: psycopg.Connection, history: History, rows: int, say: Say
) -> list[Measure]:
    """Build everything from nothing, with linkage and without dbt's start-up.

    The floor is COPY, typed tables and indexes of the same rows.
    """
    mapping = load(FORCE)

    def floor() -> None:
        copy_all_text(connection, history.delivery, mapping)
        type_and_index(connection, history.delivery, mapping)

    started = startup(SOURCE)
    say(f"dbt is called {started.rows} times in a transform")
    return [started, full_of(floor, started, SOURCE, rows, rounds=1)]


def day(history: History) -> float:
    """The seconds from the next day's delta to the marts that show it."""
    delivery = delta.write_day(history.folder, lambda text: None)

    def arrive() -> None:
        land(SOURCE, delivery)
        pipeline.run()

    return seconds(arrive)


def delta_day(history: History, folder: Path, say: Say) -> Measure:
    """Seconds for the delta of a day with all years; the floor is that with one year.

    The year has its own warehouse, and its deliveries are in `folder`. The fastest of
    `DAYS` days counts, because other work on the machine can only slow them.
    """
    at_all, at_one = [], []
    with second_home("one-year") as home:
        with home():
            say("a second warehouse with one year of history")
            year, _ = simulate(folder, 1)
            with connect("rasure bench", autocommit=True) as connection:
                empty(connection)
                land(SOURCE, year.delivery)
                geography.build(connection, FORCE)
            pipeline.run()
        say("a day's delta in each, in turn")
        for _ in range(1 + DAYS):  # the first day pays what is paid only once
            with home():
                at_one.append(day(year))
            at_all.append(day(history))
        with home(), connect("rasure bench", autocommit=True) as connection:
            empty(connection)
    shutil.rmtree(folder)
    return Measure("delta_day", min(at_all[1:]), "s", min(at_one[1:]), source=SOURCE)
