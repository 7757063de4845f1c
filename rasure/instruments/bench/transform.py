"""`dbt_startup`, `transform_full` and `places_rank`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg

from rasure.instruments.bench.deliveries import Rows
from rasure.instruments.bench.floors import copy_all_text, type_and_index
from rasure.instruments.bench.measures import Measure, median, seconds
from rasure.settings import Settings
from rasure.transform import dbt, pipeline
from rasure.transform.marts import NEXT

ROUNDS = 3
EMPTY = ["build", "--no-write-json", "--select", "nothing_of_that_name"]
DBT_STEPS = ("staging", "places", "people", "marts")  # each calls dbt once
BARE_RANK = """
    select hexagon_id, count(*) as crimes
    from core.fct_crime
    where is_serious_violence and hexagon_id is not null
    group by hexagon_id
    order by crimes desc
"""


def startup(source: str) -> Measure:
    """The seconds that dbt needs to build nothing, in as many calls as a transform has.

    `rows` of the measure is the number of calls.
    """
    settings = Settings.load()

    def start() -> None:
        for step in DBT_STEPS:
            dbt.call(settings, EMPTY, step=step, variables={"marts_suffix": NEXT})

    fastest = min(seconds(start) for _ in range(ROUNDS))
    return Measure("dbt_startup", fastest, "s", source=source, rows=len(DBT_STEPS))


def full(rows: Rows, startup: Measure, connection: psycopg.Connection) -> Measure:
    """Build everything from nothing, without dbt's start-up.

    The floor is COPY, a typed table and an index of the same rows.
    """
    count = 0

    def floor() -> None:
        nonlocal count
        count = copy_all_text(connection, rows.files)
        type_and_index(connection)

    measure = full_of(floor, startup, "police_uk", None)
    return replace(measure, rows=count)


def full_of(
    floor: Callable[[], None],
    startup: Measure,
    source: str,
    rows: int | None,
    rounds: int = ROUNDS,
) -> Measure:
    """A full rebuild, without dbt's start-up, in turn with a floor.

    The fastest of each counts, because other work on the machine can only slow them.
    """
    ours, floors = [], []
    for _ in range(rounds):
        floors.append(seconds(floor))
        ours.append(seconds(lambda: pipeline.run(full_refresh=True)))
    return Measure(
        "transform_full",
        min(ours) - startup.value,
        "s",
        min(floors),
        source=source,
        rows=rows,
    )


def places_rank(connection: psycopg.Connection, force: str, source: str) -> Measure:
    """Rank the hexagons of the force; the floor is one grouped count of its crimes."""
    from rasure.places import rank_places

    ours, floors = [], []
    for _ in range(ROUNDS):
        floors.append(seconds(lambda: connection.execute(BARE_RANK).fetchall()))
        ours.append(seconds(lambda: rank_places(connection, force)))
    (cells,) = connection.execute(
        "select count(*) from geo.hexagons where force = %s", (force,)
    ).fetchone()
    return Measure(
        "places_rank", median(ours), "s", median(floors), source=source, rows=cells
    )
