"""A made-up town with streets to draw patrol zones on."""

import geopandas
import numpy as np
import pytest
from shapely.geometry import LineString

from rasure import geography
from tests.integration.places_fixtures import force, warehouse

__all__ = ["force", "warehouse"]

TRAIN = ["2024-01", "2024-02", "2024-03", "2024-04"]
TEST = ["2024-05", "2024-06"]


@pytest.fixture
def streets(force, tmp_path):
    """A town of blocks of 150 m over the whole force, 6 km wide."""
    block, side = 150.0, 41
    west, south = 450000.0, 200000.0
    lines, names = [], []
    for at in range(side):
        for step in range(side - 1):
            start, fixed = step * block, at * block
            for ends in (
                [(start, fixed), (start + block, fixed)],
                [(fixed, start), (fixed, start + block)],
            ):
                lines.append(LineString([(west + x, south + y) for x, y in ends]))
            names += [f"Street {at}", f"Avenue {at}"]
    frame = geopandas.GeoDataFrame(
        {"name": names, "highway": "residential"}, geometry=lines, crs=27700
    )
    frame.to_file(tmp_path / "streets.gpkg")
    return geography.load_streets(
        force.connection, tmp_path / "streets.gpkg", force.name
    )


def plant(force, x, y, months, each=1, **columns):
    """Crimes at a point, metres from the south-west corner, rather than a centroid."""
    hexagon_id = force.hexagon(x, y)
    force.plant(hexagon_id, months, each, street_name=f"At {x}", **columns)
    force.connection.execute(
        "update core.dim_place set geom = st_setsrid(st_point(%s, %s), 27700) "
        "where street_name = %s",
        (450000 + x, 200000 + y, f"At {x}"),
    )


@pytest.fixture
def town(force):
    """Crimes along Street 10 (y = 1500) in three hexagons, and scattered lone ones."""
    for number, x in enumerate(range(1500, 2000, 60)):
        plant(force, x, 1505, TRAIN + TEST, 3 + number % 3)
    rng = np.random.default_rng(5)
    for x, y in rng.integers(2500, 5900, (40, 2)).tolist():
        plant(force, x, y, TRAIN + TEST)
    return force
