"""The grid of a warehouse: the coordinate system, in metres, of all its geometry.

A warehouse has one grid, because distances, areas and hexagons are computed in it and
no two forces' geometry may be mixed up. It is the British national grid unless the
first ground that is built says otherwise (`rasure geography build FORCE --boundary FILE
--srid N`). Its EPSG code is that in the type of `geo.forces.geom`, so that no table and
no setting can disagree with it.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from rasure.geography.errors import GridRejected

BRITISH = 27700
SCHEMAS = ["geo", "places"]  # of the tables that Rasure itself keeps
REACH_DEGREES = 3.0  # around the area that a grid is made for
COLUMNS = """
    select columns.f_table_schema, columns.f_table_name, columns.f_geometry_column,
        columns.type
    from geometry_columns as columns
    inner join pg_tables as tables
        on columns.f_table_schema = tables.schemaname
        and columns.f_table_name = tables.tablename
    where columns.f_table_schema = any(%s) and columns.srid <> %s
    order by 1, 2, 3
"""
VIEWS = """
    select schemas.nspname, views.relname, pg_get_viewdef(views.oid)
    from pg_class as views
    inner join pg_namespace as schemas on views.relnamespace = schemas.oid
    where schemas.nspname = any(%s) and views.relkind = 'v'
    order by views.oid
"""


def srid(connection: psycopg.Connection) -> int:
    """The EPSG code of the warehouse's grid."""
    row = connection.execute("select find_srid('geo', 'forces', 'geom')").fetchone()
    return row[0]


def dbt_variables(connection: psycopg.Connection) -> dict[str, object]:
    """The variables by which dbt knows the grid; empty for the British one.

    `grid_degrees` (west, south, east, north) is where the grid reaches.
    """
    code = srid(connection)
    if code == BRITISH:
        return {}
    return {"grid_srid": code, "grid_degrees": list(degrees(code))}


def degrees(code: int) -> tuple[float, float, float, float]:
    """Where a grid reaches (west, south, east, north): the area that it is made for,
    and a few degrees around it."""
    import pyproj

    west, south, east, north = pyproj.CRS.from_epsg(code).area_of_use.bounds
    if west > east:  # it crosses the meridian of 180 degrees
        west, east = -180.0, 180.0
    return (
        max(west - REACH_DEGREES, -180.0),
        max(south - REACH_DEGREES, -90.0),
        min(east + REACH_DEGREES, 180.0),
        min(north + REACH_DEGREES, 90.0),
    )


def check(code: int) -> None:
    """Raise `GridRejected` unless an EPSG code is that of a grid in metres."""
    import pyproj
    from pyproj.exceptions import CRSError

    from rasure.geography.coordinates import exact_system

    advice = (
        "Use a grid of the country in metres, or the UTM zone of the place "
        "(EPSG:32601 to 32660 in the north, 32701 to 32760 in the south)."
    )
    try:
        crs = pyproj.CRS.from_epsg(code)
    except CRSError as error:
        raise GridRejected(f"There is no EPSG:{code}. {advice}") from error
    units = {axis.unit_name for axis in crs.axis_info}
    if not crs.is_projected or units != {"metre"}:
        raise GridRejected(
            f"EPSG:{code} ({crs.name}) is no grid in metres but in "
            f"{', '.join(sorted(units)) or 'no unit'}. {advice}"
        )
    if crs.area_of_use is None or exact_system(crs) is None:
        raise GridRejected(
            f"EPSG:{code} ({crs.name}) does not say exactly where on the earth its "
            f"coordinates are. {advice}"
        )


def choose(connection: psycopg.Connection, code: int) -> None:
    """Make EPSG:`code` the grid of the warehouse, in the caller's transaction.

    Nothing is done if it is already. Raises `GridRejected` for what is no grid in
    metres, and if ground of another grid has been built.
    """
    if code == srid(connection):
        return
    check(code)
    forces = connection.execute("select force from geo.forces order by 1").fetchall()
    if forces:
        raise GridRejected(
            f"This warehouse counts in EPSG:{srid(connection)}, on which "
            f"{', '.join(force for (force,) in forces)} lies. A warehouse has one "
            f"grid: give EPSG:{code} a home of its own (RASURE_HOME)."
        )
    _set(connection, code)


def require_british(connection: psycopg.Connection, what: str) -> None:
    """Raise `GridRejected` if the warehouse's grid is not the British one."""
    code = srid(connection)
    if code != BRITISH:
        raise GridRejected(
            f"{what} lies on the British grid, and this warehouse counts in "
            f"EPSG:{code}. Give it a home of its own (RASURE_HOME)."
        )


def align(connection: psycopg.Connection) -> None:
    """Give the warehouse's grid to tables that were made since it was chosen, which
    begin with the British one."""
    _set(connection, srid(connection))


def _set(connection: psycopg.Connection, code: int) -> None:
    """Change the type of every geometry column; each table must be empty.

    Their views are made again, since PostgreSQL changes no column that a view reads.
    """
    columns = connection.execute(COLUMNS, (SCHEMAS, code)).fetchall()
    if not columns:
        return
    views = connection.execute(VIEWS, (SCHEMAS,)).fetchall()
    with connection.transaction():
        for schema, view, _ in reversed(views):
            connection.execute(
                sql.SQL("drop view {}").format(sql.Identifier(schema, view))
            )
        for column in columns:
            _change_column(connection, code, *column)
        for schema, view, query in views:
            connection.execute(
                sql.SQL("create view {} as {}").format(
                    sql.Identifier(schema, view), sql.SQL(query)
                )
            )


def _change_column(
    connection: psycopg.Connection,
    code: int,
    schema: str,
    table: str,
    column: str,
    kind: str,
) -> None:
    name = sql.Identifier(schema, table)
    (is_filled,) = connection.execute(
        sql.SQL("select exists (select from {})").format(name)
    ).fetchone()
    if is_filled:
        raise GridRejected(
            f"{schema}.{table} has rows in another grid than EPSG:{code}. Give "
            "that grid a home of its own (RASURE_HOME)."
        )
    connection.execute(
        sql.SQL("alter table {} alter column {} type geometry ({}, {})").format(
            name, sql.Identifier(column), sql.SQL(kind), sql.Literal(code)
        )
    )
