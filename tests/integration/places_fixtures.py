"""A warehouse with a small made-up force, to plant hot places and institutions in.

The tables of core hold what the places read, with the columns that dbt gives them.
"""

from __future__ import annotations

import psycopg
import pytest

CORE = """
    create schema core;
    create table core.dim_place (
        place_id uuid primary key default gen_random_uuid(),
        force text not null,
        hexagon_id text,
        street_name text,
        generic_label text,
        geom geometry (Point, 27700)
    );
    create table core.fct_crime (
        crime_key text primary key,
        force text not null,
        month date not null,
        place_id uuid not null references core.dim_place,
        hexagon_id text,
        harm_days numeric not null,
        is_serious_violence boolean not null,
        is_police_generated boolean not null,
        is_at_institution boolean not null,
        is_located boolean not null
    );
"""

# A square of 6 km near Oxford, its cells those that a force has.
GROUND = """
    insert into geo.forces (force, force_name, area_km2, geom)
    values (
        %(force)s, initcap(%(force)s), 36.0,
        st_multi(st_makeenvelope(450000, 200000, 456000, 206000, 27700))
    );
    insert into geo.hexagons (
        hexagon_id, force, i, j, area_id, area_km2, geom, centroid
    )
    select
        concat_ws(':', forces.force, grid.i, grid.j), forces.force, grid.i, grid.j,
        'area', st_area(grid.geom) / 1e6, grid.geom, st_centroid(grid.geom)
    from geo.forces
    cross join lateral st_hexagongrid(123.5, forces.geom) as grid
    where forces.force = %(force)s
        and st_intersects(forces.geom, st_centroid(grid.geom));
    insert into geo.districts (force, district_code, district_name, geom)
    select force, 'E07000178', 'Oxford', geom from geo.forces where force = %(force)s
"""


class Force:
    """A made-up force in a warehouse; crimes are planted by hexagon and month."""

    def __init__(self, connection: psycopg.Connection, name: str):
        self.connection = connection
        self.name = name
        for statement in GROUND.split(";"):
            connection.execute(statement, {"force": name})

    def hexagon(self, x: int, y: int) -> str:
        """The hexagon that holds a point, metres from the south-west corner."""
        return self.connection.execute(
            "select hexagon_id from geo.hexagons where force = %s "
            "and st_intersects(geom, st_setsrid(st_point(%s, %s), 27700)) limit 1",
            (self.name, 450000 + x, 200000 + y),
        ).fetchone()[0]

    def neighbours(self, hexagon_id: str) -> list[str]:
        """The six hexagons around one, in the order of their ids."""
        rows = self.connection.execute(
            "select other.hexagon_id from geo.hexagons as one "
            "inner join geo.hexagons as other on st_dwithin(one.geom, other.geom, 1) "
            "and one.force = other.force and one.hexagon_id <> other.hexagon_id "
            "where one.hexagon_id = %s order by 1",
            (hexagon_id,),
        )
        return [hexagon_id for (hexagon_id,) in rows]

    def plant(self, hexagon_id: str, months: list[str], each: int, **columns) -> None:
        """`each` crimes in every month at the centre of a hexagon.

        `columns` say otherwise: street_name, is_at_institution, harm_days and so on.
        """
        street_name = columns.pop("street_name", "High Street")
        crime = {
            "harm_days": 195.93,
            "is_serious_violence": True,
            "is_police_generated": False,
            "is_at_institution": False,
            "is_located": True,
            **columns,
        }
        (place_id,) = self.connection.execute(
            "insert into core.dim_place "
            "(force, hexagon_id, street_name, geom) "
            "select force, hexagon_id, %s, centroid from geo.hexagons "
            "where hexagon_id = %s returning place_id",
            (street_name, hexagon_id),
        ).fetchone()
        self.connection.execute(
            "insert into core.fct_crime "
            f"(crime_key, force, month, place_id, hexagon_id, {', '.join(crime)}) "
            "select gen_random_uuid()::text, %s, (month || '-01')::date, %s, %s"
            f"{', %s' * len(crime)} "
            "from unnest(%s::text[]) as month cross join generate_series(1, %s)",
            (self.name, place_id, hexagon_id, *crime.values(), months, each),
        )


@pytest.fixture
def warehouse(connection) -> psycopg.Connection:
    """A connection, in autocommit, to a fresh warehouse without crimes."""
    connection.execute(CORE)
    return connection


@pytest.fixture
def force(warehouse) -> Force:
    """The force `borchester`, with hexagons and no crimes."""
    return Force(warehouse, "borchester")
