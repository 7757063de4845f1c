"""The grid of a warehouse: the coordinate system, in metres, of all its geometry.

Its EPSG code is that in the type of `geo.forces.geom`, so that no table and no setting
can disagree with it.
"""

from __future__ import annotations

import psycopg


def srid(connection: psycopg.Connection) -> int:
    """The EPSG code of the warehouse's grid."""
    row = connection.execute("select find_srid('geo', 'forces', 'geom')").fetchone()
    return row[0]
