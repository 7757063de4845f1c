"""A warehouse with a small made-up force, to plant hot places and institutions in.

The tables of core are made from the contracts of dbt's models, and what dbt computes of
a crime by dbt's own macros.
"""

from __future__ import annotations

import psycopg
import pytest

from rasure.places import publication
from rasure.places.definition import DBT_FIGURES, Definition
from tests import contracts

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

        `columns` say otherwise: street_name, is_at_institution, harm_days and so on;
        `point` is another point in it, as `hexagon` takes one.
        """
        street_name = columns.pop("street_name", "High Street")
        x, y = columns.pop("point", (None, None))
        crime = {
            "harm_days": 195.93,
            "is_serious_violence": True,
            "is_police_generated": False,
            "is_at_institution": False,
            "is_located": True,
            "is_time_known": "patrol_window" in columns,
            **columns,
        }
        (place_id,) = self.connection.execute(
            "insert into core.dim_place "
            "(place_id, force, hexagon_id, street_name, geom) "
            "select gen_random_uuid(), force, hexagon_id, %s, "
            "coalesce(st_setsrid(st_point(450000 + %s, 200000 + %s), 27700), centroid) "
            "from geo.hexagons where hexagon_id = %s returning place_id",
            (street_name, x, y, hexagon_id),
        ).fetchone()
        self.connection.execute(
            "insert into core.fct_crime "
            f"(crime_key, force, month, place_id, hexagon_id, {', '.join(crime)}) "
            "select gen_random_uuid()::text, %s, (month || '-01')::date, %s, %s"
            f"{', %s' * len(crime)} "
            "from unnest(%s::text[]) as month cross join generate_series(1, %s)",
            (self.name, place_id, hexagon_id, *crime.values(), months, each),
        )

    def plant_at(self, x: int, y: int, months: list[str], each: int, **columns) -> None:
        """The same at a point, metres from the south-west corner."""
        columns["point"] = (x, y)
        self.plant(self.hexagon(x, y), months, each, **columns)


def build_core(connection: psycopg.Connection, **figures: object) -> None:
    """The tables of core that places read, without crimes.

    `figures` are those of the home that differ from the shipped ones.
    """
    contracts.create_table(connection, "core.dim_place")
    contracts.create_table(
        connection,
        "core.fct_crime",
        computed={
            **{
                name: contracts.macro(name, "fct_crime", **figures).replace(
                    "fct_crime.", ""
                )
                for name in ("is_place_event", "is_patrol_relevant")
            },
            "score_weight": contracts.macro(
                "score_weight", "harm_days", "month", **figures
            ),
        },
    )
    definition = Definition.load(**figures)
    contracts.create_table(connection, "core.place_figures")
    contracts.insert(
        connection,
        "core.place_figures",
        **{name: getattr(definition, name) for name in DBT_FIGURES},
    )
    contracts.create_table(connection, "core.score_months")
    connection.execute(
        "insert into core.score_months (month, growth) "
        f"select month, {contracts.macro('score_growth', 'month', **figures)} "
        "from generate_series(date '2020-01-01', '2029-12-01', interval '1 month') "
        "as months (month)"
    )


def build_core_anew(connection: psycopg.Connection, **figures: object) -> None:
    """The same with other figures; the crimes and places that were planted stay."""
    given = [
        name
        for name in contracts.columns("fct_crime")
        if name not in ("is_place_event", "is_patrol_relevant", "score_weight")
    ]
    kept = ", ".join(given)
    connection.execute("alter schema core rename to core_before")
    build_core(connection, **figures)
    connection.execute("insert into core.dim_place select * from core_before.dim_place")
    connection.execute(
        f"insert into core.fct_crime ({kept}) select {kept} from core_before.fct_crime"
    )
    connection.execute("drop schema core_before cascade")


@pytest.fixture
def warehouse(connection, monkeypatch) -> psycopg.Connection:
    """A connection, in autocommit, to a fresh warehouse without crimes."""
    # It has no core for marts, which a publication by hand would build.
    monkeypatch.setattr(publication, "followers", [])
    build_core(connection)
    return connection


@pytest.fixture
def force(warehouse) -> Force:
    """The force `borchester`, with hexagons and no crimes."""
    return Force(warehouse, "borchester")
