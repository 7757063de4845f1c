"""The geography that the warehouse holds."""

from __future__ import annotations

import psycopg
from psycopg.rows import dict_row

STATUS = """
select
    forces.force,
    forces.force_name,
    round(forces.area_km2::numeric, 1)::float as area_km2,
    st_srid(forces.geom) as srid,
    forces.built_at,
    force_settings.default_area_set,
    (
        select count(*) from geo.districts where districts.force = forces.force
    ) as districts,
    (
        select count(*) from geo.areas
        where areas.force = forces.force
            and areas.area_set = force_settings.default_area_set
    ) as areas,
    (
        select count(*) from geo.lsoas
        where lsoas.force = forces.force and lsoas.vintage = 2011
    ) as lsoas_2011,
    (
        select count(*) from geo.lsoas
        where lsoas.force = forces.force and lsoas.vintage = 2021
    ) as lsoas_2021,
    (
        select count(*) from geo.hexagons where hexagons.force = forces.force
    ) as hexagons,
    (
        select count(*) from geo.institutions
        where institutions.force = forces.force
    ) as institutions
from geo.forces
inner join geo.force_settings on force_settings.force = forces.force
order by forces.force
"""


def read_status(connection: psycopg.Connection) -> list[dict]:
    """One row per force that is built: its counts and its area in km2."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(STATUS).fetchall()
