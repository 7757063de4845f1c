"""Load the LSOA 2021 boundaries that no package ships: any file geopandas can read.

The Office for National Statistics publishes them as GeoJSON, GeoPackage or shapefile,
with column names that change from release to release. So the code column is found by
its values (`E01000001`), and the name column by its name.
"""

from __future__ import annotations

import re
from pathlib import Path

import geopandas
import psycopg
import pyogrio.errors

from rasure import schema
from rasure.geography import grid
from rasure.geography.building import LOCK, copy_lsoas, run
from rasure.geography.coordinates import exact_system
from rasure.geography.errors import BoundaryFileRejected
from rasure.geography.map_files import map_source, polygon_layer

CODE = r"[EW]01\d{6}"
ENGLAND_AND_WALES = (-6.5, 49.8, 2.1, 55.9)  # degrees


def load(connection: psycopg.Connection, path: Path) -> int:
    """Load the 2021 LSOAs of `path`, replace those already there, return their number.

    Links each LSOA to its district, force and areas if the force is built, otherwise
    once it is. One transaction. Raises `BoundaryFileRejected`.
    """
    path = Path(path)
    frame = read_boundaries(path)
    schema.ensure(connection)
    with connection.transaction():
        grid.require_british(connection, path.name)
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        _refuse_older_codes(connection, path, frame)
        copy_lsoas(connection, frame)
        run(connection, "load_lsoas21")
        forces = connection.execute("select force from geo.forces order by force")
        for (force,) in forces.fetchall():
            run(connection, "link_lsoas", force=force)
        connection.execute("analyze geo.lsoas, geo.area_lsoas")
    return len(frame)


def read_boundaries(path: Path) -> geopandas.GeoDataFrame:
    """Read polygons from `path`: `lsoa_code`, `lsoa_name`, geometry in EPSG:4326.

    Raises `BoundaryFileRejected` for a file that cannot be read, holds no polygons,
    states no coordinate system or an inexact one, or has no column of LSOA codes.
    """
    if not path.exists():
        raise BoundaryFileRejected(f"There is no file {path}.")
    try:
        source = map_source(path)
        frame = geopandas.read_file(source, layer=polygon_layer(source, path.name))
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise BoundaryFileRejected(
            f"{path.name} cannot be read as boundaries. Expected GeoJSON, GeoPackage "
            "or a (zipped) shapefile."
        ) from error
    if not isinstance(frame, geopandas.GeoDataFrame) or frame.empty:
        raise BoundaryFileRejected(f"{path.name} holds no shapes.")
    if frame.crs is None:
        raise BoundaryFileRejected(
            f"{path.name} does not state its coordinate system. Save it again with one "
            "(EPSG:27700 or EPSG:4326)."
        )
    crs = exact_system(frame.crs, ENGLAND_AND_WALES)
    if crs is None:
        raise BoundaryFileRejected(
            f"{path.name} states a coordinate system by which its shapes could lie "
            f"100 m off: {frame.crs.name!r} does not say exactly where on the earth "
            "they are. Save it again with one of a registry (EPSG:27700 or EPSG:4326)."
        )
    frame = frame.set_crs(crs, allow_override=True)
    code = code_column(frame, path.name)
    name = name_column(frame)
    duplicates = int(frame[code].duplicated().sum())
    if duplicates:
        raise BoundaryFileRejected(
            f"{path.name} has {duplicates} codes more than once in column {code!r}. "
            "Expected one shape per LSOA."
        )
    shapes = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    if not shapes.all():
        raise BoundaryFileRejected(
            f"{path.name} has {int((~shapes).sum())} rows without a polygon. "
            "Expected a polygon for every LSOA."
        )
    return geopandas.GeoDataFrame(
        {
            "lsoa_code": frame[code],
            "lsoa_name": frame[name] if name else frame[code],
            "district_code": None,
            "district_name": None,
            "force": None,
        },
        geometry=frame.geometry.to_crs(4326),
    )


def code_column(frame: geopandas.GeoDataFrame, file: str) -> str:
    """The column in which every value is an LSOA code; of several, that named for 2021.

    Raises `BoundaryFileRejected`, which names the columns of the file.
    """
    names = [name for name in frame.columns if name != frame.geometry.name]
    code_columns = [
        name for name in names if frame[name].astype(str).str.fullmatch(CODE).all()
    ]
    if not code_columns:
        raise BoundaryFileRejected(
            f"{file} has no column of LSOA codes such as E01000001. Columns found: "
            f"{', '.join(map(str, names)) or 'none'}."
        )
    columns_of_2021 = [name for name in code_columns if "21" in name]
    if not columns_of_2021 and all("11" in name for name in code_columns):
        raise BoundaryFileRejected(
            f"{file} holds the LSOAs of 2011 (column {code_columns[0]!r}), which "
            "Rasure has. Expected those of 2021 (LSOA21CD)."
        )
    return (columns_of_2021 or code_columns)[0]


def name_column(frame: geopandas.GeoDataFrame) -> str | None:
    """The column of English LSOA names (`LSOA21NM`, `lsoa21_name`), if there is one."""
    for name in frame.columns:
        plain = re.sub(r"[^a-z0-9]", "", name.lower())
        if re.fullmatch(r"lsoa(20)?(21)?(nm|name)", plain):
            return name
    return None


def _refuse_older_codes(
    connection: psycopg.Connection, path: Path, frame: geopandas.GeoDataFrame
) -> None:
    """Reject a large file in which every code is of 2011, whatever its columns are."""
    newer = connection.execute(
        "select count(*) from unnest(%s::text[]) as file (lsoa_code)"
        " where not exists (select from geo.lsoa11_codes as older"
        "   where older.lsoa_code = file.lsoa_code)",
        (frame["lsoa_code"].tolist(),),
    ).fetchone()[0]
    has_codes = connection.execute("select exists (select from geo.lsoa11_codes)")
    if has_codes.fetchone()[0] and newer == 0 and len(frame) > 500:
        raise BoundaryFileRejected(
            f"{path.name} holds {len(frame)} codes and every one is of 2011. Expected "
            "the boundaries of 2021."
        )
