"""Build the ground of any place from its boundary, without neighbourhoods or lookups.

A boundary is a file of polygons in any coordinate system that can be told exactly. Its
polygons are the areas of the place, and all of them together are its ground.
"""

from __future__ import annotations

import re
from pathlib import Path

import geopandas
import psycopg
import pyogrio.errors
import pyproj
import pyproj.exceptions
import shapely

from rasure import schema
from rasure.geography import grid
from rasure.geography.building import BUILT_TABLES, LOCK, SIDE_M, copy_rows, run
from rasure.geography.coordinates import WGS84, exact_system
from rasure.geography.errors import (
    BoundaryFileRejected,
    ForceNameRejected,
    GridRejected,
)
from rasure.geography.forces import known_forces
from rasure.geography.map_files import map_source, polygon_layer

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
AREA_SET = "area"
MOST_KM2 = 200_000.0  # five million hexagons
MOST_DISTORTION = 0.02  # of an area: 1% of a distance
UNREADABLE = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyproj.exceptions.CRSError,
    ValueError,
)


def build(
    connection: psycopg.Connection,
    force: str,
    path: Path,
    code: int,
    *,
    name: str | None = None,
    area_column: str | None = None,
) -> None:
    """Build or rebuild the ground of `force` from the polygons of a file.

    The warehouse's grid becomes EPSG:`code` with the first ground that is built in it.
    `name` is that of the force, by default made from the slug; `area_column` holds the
    name of each area. One transaction. Raises `ForceNameRejected`, `GridRejected` and
    `BoundaryFileRejected`.
    """
    path = Path(path)
    check_slug(force)
    grid.check(code)
    frame = read_polygons(path)
    names = area_names(frame, force, area_column)
    check_reach(frame, code, path.name)
    shapes = shapely.set_srid(frame.geometry.to_numpy(), WGS84)
    polygons = shapely.to_wkb(shapes, hex=True, include_srid=True)
    ids = area_ids(force, names)
    schema.ensure(connection)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        grid.choose(connection, code)
        connection.execute(
            "create temp table incoming_polygons (area_id text, area text,"
            " geom geometry (Geometry, 4326)) on commit drop"
        )
        copy_rows(
            connection, "incoming_polygons", zip(ids, names, polygons, strict=True)
        )
        run(
            connection,
            "boundary",
            force=force,
            force_name=name or force.replace("-", " ").title(),
            area_set=AREA_SET,
            srid=code,
        )
        (area_km2,) = connection.execute(
            "select area_km2 from geo.forces where force = %s", (force,)
        ).fetchone()
        if not 0.1 <= area_km2 <= MOST_KM2:
            raise BoundaryFileRejected(
                f"The polygons of {path.name} have {area_km2:,.1f} km2. Expected from "
                f"0.1 to {MOST_KM2:,.0f}; is the coordinate system the one it states?"
            )
        run(connection, "hexagons", force=force, side_m=SIDE_M)
        connection.execute(f"analyze {', '.join(BUILT_TABLES)}")


def check_slug(force: str) -> None:
    """Raise `ForceNameRejected` unless `force` can name a place with a boundary."""
    if not SLUG.fullmatch(force):
        raise ForceNameRejected(
            f"{force!r} cannot be the short name of a force. Expected small letters, "
            "digits and single hyphens, such as new-york."
        )
    if force in known_forces():
        raise ForceNameRejected(
            f"Rasure has the ground of {force}: rasure geography build {force}. "
            "--boundary is for a place that it does not have."
        )


def read_polygons(path: Path) -> geopandas.GeoDataFrame:
    """The polygons of a file in EPSG:4326; raises `BoundaryFileRejected`."""
    if not path.exists():
        raise BoundaryFileRejected(f"There is no file {path}.")
    try:
        source = map_source(path)
        frame = geopandas.read_file(source, layer=polygon_layer(source, path.name))
        if not isinstance(frame, geopandas.GeoDataFrame) or frame.empty:
            raise BoundaryFileRejected(f"{path.name} holds no shapes.")
        crs = exact_system(frame.crs)
    except UNREADABLE as error:
        raise BoundaryFileRejected(
            f"{path.name} cannot be read as boundaries. Expected GeoJSON, GeoPackage "
            "or a (zipped) shapefile."
        ) from error
    if crs is None:
        stated = "states none" if frame.crs is None else f"states {frame.crs.name!r}"
        raise BoundaryFileRejected(
            f"The coordinate system of {path.name} cannot be told exactly: it {stated}."
            " Save it again with one of a registry (EPSG:4326, or the place's grid)."
        )
    shapes = frame.geometry
    wrong = int((~shapes.geom_type.isin(["Polygon", "MultiPolygon"])).sum())
    if wrong or shapes.is_empty.any():
        raise BoundaryFileRejected(
            f"{path.name} has {wrong or int(shapes.is_empty.sum())} rows without a "
            "polygon. Expected a polygon for every area."
        )
    flat = geopandas.GeoSeries(shapely.force_2d(shapes.to_numpy()), frame.index, crs)
    return frame.set_crs(crs, allow_override=True).set_geometry(flat).to_crs(WGS84)


def area_names(
    frame: geopandas.GeoDataFrame, force: str, column: str | None
) -> list[str]:
    """The name of each polygon's area.

    From the named column; otherwise from the first column of texts that has a name for
    each polygon and none twice, one called a name first. A file with neither has areas
    that are numbered. A single polygon is the place itself.
    """
    columns = [str(one) for one in frame.columns if one != frame.geometry.name]
    if column is not None:
        if column not in columns:
            raise BoundaryFileRejected(
                f"The boundary file has no column {column!r}. Columns found: "
                f"{', '.join(columns) or 'none'}."
            )
        names = frame[column].map(_text)
        if names.isna().any():
            raise BoundaryFileRejected(
                f"The column {column!r} has no name in {int(names.isna().sum())} rows."
            )
        return names.tolist()
    if len(frame) == 1:
        return [force.replace("-", " ").title()]
    for one in sorted(columns, key=lambda one: "name" not in one.lower()):
        names = frame[one].map(_text)
        is_text = frame[one].map(lambda value: isinstance(value, str)).all()
        if is_text and names.notna().all() and names.is_unique:
            return names.tolist()
    return [f"Area {number}" for number in range(1, len(frame) + 1)]


def area_ids(force: str, names: list[str]) -> list[str]:
    """The id of each area, `<force>:area:<name>`; rows of one name are one area."""
    ids: dict[str, str] = {}
    for name in names:
        slug = "-".join(re.findall(r"\w+", name.lower())) or "area"
        while name not in ids and f"{force}:{AREA_SET}:{slug}" in ids.values():
            slug += "-2"
        ids.setdefault(name, f"{force}:{AREA_SET}:{slug}")
    return [ids[name] for name in names]


def _text(value: object) -> str | None:
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def check_reach(frame: geopandas.GeoDataFrame, code: int, file: str) -> None:
    """Raise `GridRejected` if the polygons lie where the grid does not reach, where it
    is not exact, or where its metres are not metres on the ground."""
    crs = pyproj.CRS.from_epsg(code)
    west, south, east, north = frame.total_bounds
    reach = shapely.box(*grid.degrees(code))
    if not reach.covers(shapely.box(west, south, east, north)):
        raise GridRejected(
            f"{file} lies from {west:.2f}, {south:.2f} to {east:.2f}, {north:.2f} "
            f"degrees. EPSG:{code} is for: {crs.area_of_use.name}. Name the grid of "
            "the place."
        )
    if exact_system(crs, (west, south, east, north)) is None:
        raise GridRejected(
            f"EPSG:{code} ({crs.name}) does not say exactly where on the earth its "
            "coordinates are. Name another grid of the place, or its UTM zone."
        )
    middle = (west + east) / 2, (south + north) / 2
    factors = pyproj.Proj(crs).get_factors(*middle)
    if abs(factors.areal_scale - 1) > MOST_DISTORTION:
        raise GridRejected(
            f"In EPSG:{code} an area at {middle[0]:.2f}, {middle[1]:.2f} degrees is "
            f"{factors.areal_scale:.2f} times as large as on the ground. Name the grid "
            "of the place, or its UTM zone."
        )
