"""The measures of a records-management force: `simulate`, `land_niche_rms`,
`transform_full`, `delta_day` and `places_rank` of a simulated Thames Valley.

A day's delta is taken with one year of history and with all of them: what a day costs
should not grow with the years before it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rasure import geography
from rasure.bench.measures import Measure, seconds
from rasure.bench.niche_floors import copy_all_text, type_and_index
from rasure.bench.transform import full_of, startup
from rasure.bench.warehouse import forget
from rasure.landing import land
from rasure.simulate import delta
from rasure.simulate.extract import write_history
from rasure.simulate.plan import plan
from rasure.sources.niche_rms.mapping import load
from rasure.transform import WHOLE, run_layers

FORCE = "thames-valley"
SOURCE = "niche_rms"
SEED = 1
MILLION = 1_000_000
DAYS = 5
Tell = Callable[[str], None]


@dataclass(frozen=True)
class History:
    """A simulated force: its folder, its full extract, its years and crimes."""

    folder: Path
    delivery: Path
    years: int
    crimes: int


def simulate(folder: Path, years: int) -> tuple[History, Measure]:
    """Write a history; seconds for a million crimes, against a copy of its files."""
    made = []
    ours = seconds(lambda: made.append(write_history(plan(FORCE, SEED, years), folder)))
    delivery = made[0]
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
    """Land a history in an empty warehouse; rows a second, against a bare COPY."""
    mapping = load(FORCE)
    counted = []
    floor = seconds(
        lambda: counted.append(copy_all_text(connection, history.delivery, mapping))
    )
    landed = land(SOURCE, history.delivery)
    return Measure(
        f"land_{SOURCE}",
        landed.rows_landed / landed.seconds,
        "rows/s",
        counted[0] / floor,
        source=SOURCE,
        rows=landed.rows_landed,
    )


def transform(
    connection: psycopg.Connection, history: History, rows: int, tell: Tell
) -> list[Measure]:
    """Everything from nothing, linkage included, less dbt's start-up, against COPY,
    typed tables and indexes of the same rows."""
    mapping = load(FORCE)

    def floor() -> None:
        copy_all_text(connection, history.delivery, mapping)
        type_and_index(connection, history.delivery, mapping)

    started = startup(SOURCE)
    tell(f"dbt starts {started.rows} time(s) in a transform")
    return [started, full_of(floor, started, SOURCE, rows, rounds=1)]


def day(history: History) -> float:
    """The seconds from a day's delta to the marts that show it: of `DAYS` days the
    quickest, since what else the machine does only adds."""

    def arrive() -> None:
        land(SOURCE, delivery)
        run_layers(WHOLE)

    taken = []
    for _ in range(1 + DAYS):  # on the first, what is made once is made
        delivery = delta.write_day(history.folder, lambda text: None)
        taken.append(seconds(arrive))
    return min(taken[1:])


def day_at_one_year(connection: psycopg.Connection, folder: Path) -> float:
    """The same in an empty warehouse with one year of history; emptied at the end."""
    history, _ = simulate(folder, 1)
    land(SOURCE, history.delivery)
    geography.build(connection, FORCE)
    run_layers(WHOLE)
    taken = day(history)
    forget(connection)
    shutil.rmtree(folder)
    return taken


def delta_day(history: History, at_one_year: float) -> Measure:
    """A day's delta at all years of history, against one at one year."""
    return Measure("delta_day", day(history), "s", at_one_year, source=SOURCE)
