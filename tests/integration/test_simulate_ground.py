"""The simulator's ground is the warehouse's: the same hexagons under the same ids."""

from __future__ import annotations

import numpy as np
import pytest

from rasure import geography
from rasure.instruments.simulate import ground
from rasure.instruments.simulate.plan import plan


def test_simulated_cells_are_the_hexagons_of_the_warehouse(connection):
    force = "city-of-london"
    geography.build(connection, force)
    known = dict(
        (hexagon_id, (x, y))
        for hexagon_id, x, y in connection.execute(
            "select hexagon_id, st_x(centroid), st_y(centroid) from geo.hexagons"
            " where force = %s",
            (force,),
        )
    )
    land = ground.lay(plan(force, 1, 1))
    cells = np.arange(len(land.x))
    points = zip(land.x.tolist(), land.y.tolist(), strict=True)
    laid = dict(zip(land.hexagon_ids(cells), points, strict=True))
    assert set(laid) == set(known)
    assert all(laid[name] == pytest.approx(known[name]) for name in known)
    areas = connection.execute(
        "select distinct area from geo.areas where force = %s", (force,)
    ).fetchall()
    assert set(land.areas) == {area for (area,) in areas}
