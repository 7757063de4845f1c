"""The mappings of tables of crimes as tables, for the models of dbt.

They are copies of the mapping files, and are written again when a file has changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import psycopg

from rasure.sources.incidents.mapping import IncidentMapping, load_all

WGS84 = 4326
MARGIN_DEGREES = 1.0  # around the area that a coordinate system is made for


def write_landed_mappings(connection: psycopg.Connection) -> None:
    """Write the mapping of every force of which a table of crimes has landed."""
    forces = connection.execute(
        "select distinct force from ops.delivery_files join ops.deliveries"
        " using (load_id) where source = 'incidents' order by force"
    ).fetchall()
    if not forces:
        return
    mappings = load_all()
    for (force,) in forces:
        if force in mappings:
            write_mapping(connection, mappings[force])


def write_mapping(connection: psycopg.Connection, mapping: IncidentMapping) -> None:
    """Write a force's mapping in one transaction, unless the tables hold it already."""
    content = json.dumps(asdict(mapping), sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('incident_mappings'))")
        held = cursor.execute(
            "select 1 from ops.incident_mappings where force = %s and digest = %s",
            (mapping.force, digest),
        ).fetchone()
        if held:
            return
        cursor.execute(
            "delete from ops.incident_mappings where force = %s", (mapping.force,)
        )
        cursor.execute(
            "insert into ops.incident_mappings"
            " (force, clock, crs, west, south, east, north, digest)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            (mapping.force, mapping.clock, mapping.crs, *extent(mapping.crs), digest),
        )
        cursor.executemany(
            "insert into ops.incident_crime_types values"
            " (%s, ops.code_key(%s), %s, %s, %s)",
            [
                (
                    mapping.force,
                    name,
                    counts.is_serious_violence,
                    counts.is_police_generated,
                    counts.harm_days,
                )
                for name, counts in mapping.crime_types.items()
            ],
        )
        cursor.executemany(
            "insert into ops.incident_location_types values (%s, ops.code_key(%s), %s)",
            [
                (mapping.force, name, term)
                for name, term in mapping.location_types.items()
            ],
        )


def extent(code: int) -> tuple[float, float, float, float]:
    """Where coordinates of EPSG:`code` can lie (west, south, east, north), in its own
    units; a position elsewhere is no position."""
    import pyproj

    crs = pyproj.CRS.from_epsg(code)
    west, south, east, north = crs.area_of_use.bounds
    if west > east:  # it crosses the meridian of 180 degrees
        west, east = -180.0, 180.0
    degrees = (
        max(west - MARGIN_DEGREES, -180.0),
        max(south - MARGIN_DEGREES, -90.0),
        min(east + MARGIN_DEGREES, 180.0),
        min(north + MARGIN_DEGREES, 90.0),
    )
    if crs.is_geographic:
        return degrees
    to_grid = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    return to_grid.transform_bounds(*degrees)
