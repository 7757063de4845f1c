"""`dbt_startup`, `transform_full` and `places_rank`."""

from __future__ import annotations

import psycopg

from rasure.bench.deliveries import Rows
from rasure.bench.floors import copy_all_text, type_and_index
from rasure.bench.measures import Measure, median, seconds
from rasure.settings import Settings
from rasure.transform import WHOLE, dbt, run_layers

ROUNDS = 3
EMPTY = ["build", "--select", "nothing_of_that_name", "--exclude-resource-type"]
BARE_RANK = """
    select hexagon_id, count(*) as crimes
    from core.fct_crime
    where is_serious_violence and hexagon_id is not null
    group by hexagon_id
    order by crimes desc
"""


def startup() -> Measure:
    """The seconds that the dbt processes of one transform need to do nothing."""
    settings = Settings.load()

    def start_all() -> None:
        for _ in WHOLE:
            dbt.call(settings, [*EMPTY, "unit_test"], lambda line: None)

    return Measure("dbt_startup", median([seconds(start_all) for _ in range(3)]), "s")


def full(connection: psycopg.Connection, rows: Rows, startup: Measure) -> Measure:
    """Everything built from nothing, less dbt's start-up, against COPY + typed table
    + index of the same rows."""
    ours, floors = [], []

    def floor() -> None:
        copy_all_text(connection, rows.files)
        type_and_index(connection)

    for _ in range(ROUNDS):
        floors.append(seconds(floor))
        ours.append(seconds(lambda: run_layers(WHOLE, full_refresh=True)))
    return Measure("transform_full", median(ours) - startup.value, "s", median(floors))


def places_rank(connection: psycopg.Connection, rows: Rows) -> Measure:
    """Ranking the hexagons of the force, against one grouped count of its crimes."""
    from rasure.places import rank_places

    ours, floors = [], []
    for _ in range(ROUNDS):
        floors.append(seconds(lambda: connection.execute(BARE_RANK).fetchall()))
        ours.append(seconds(lambda: rank_places(connection, rows.force)))
    return Measure("places_rank", median(ours), "s", median(floors))
