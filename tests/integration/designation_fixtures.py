"""A made-up town to designate places in."""

import pytest

from rasure.places.definition import Definition
from tests.integration.places_fixtures import force, warehouse

__all__ = ["force", "warehouse"]

MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]


@pytest.fixture
def one_percent(warehouse):
    """A definition that designates 10 of the force's 900 hexagons."""
    return Definition.load(coverage_percent=1.0)


@pytest.fixture
def town(force):
    """Two clusters of three touching hexagons, and 20 lone ones, each a little less."""
    for x, y in ((1000, 1000), (4000, 4000)):
        centre = force.hexagon(x, y)
        for each, hexagon_id in enumerate([centre, *force.neighbours(centre)[:2]]):
            force.plant(hexagon_id, MONTHS, 9 - each, street_name=f"Street {x}")
    for step in range(20):
        row, column = divmod(step, 10)
        lone = force.hexagon(300 + 540 * column, 5500 - 2500 * row)
        force.plant(lone, MONTHS, 1)
    return force


def open_version(connection):
    return connection.execute(
        "select designation_id, valid_from, valid_to from places.designations "
        "where valid_to is null"
    ).fetchall()


def count(connection, table):
    return connection.execute(f"select count(*) from places.{table}").fetchone()[0]
