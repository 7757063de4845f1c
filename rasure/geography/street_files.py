"""Read the street networks of three publishers into one set of columns.

A file can have any format, and any coordinate system that can be told exactly. Its
columns show its kind: OS Open Roads (`form_of_way` and a function), OpenStreetMap ways
(a `highway` or `fclass` column) or plain edges (`u`, `v` and a length). Of several
layers that one is read which holds streets, by its columns, its lines and their kinds,
whatever it is called: buildings, railways and rivers of OpenStreetMap have an `fclass`
as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj
import pyproj.exceptions
import shapely

from rasure.geography.coordinates import WGS84, exact_system, system_name
from rasure.geography.errors import StreetFileRejected
from rasure.geography.forces import read_table
from rasure.geography.map_files import map_source

# Our column, and its names in the files in the form that `plain` returns.
ALIASES = {
    "name": ("name1", "roadname", "name"),
    "road_number": ("roadclassificationnumber", "roadnumber", "ref"),
    "kind": ("roadfunction", "function", "highway", "fclass"),
    "classification": ("roadclassification", "class"),
    "form": ("formofway",),
    "is_trunk": ("trunkroad",),
    "oneway": ("oneway",),
    "length_m": ("length", "lengthm"),
}
YES = ("true", "t", "yes", "1")
ONE_WAY = (*YES, "-1", "f")  # against the line; one release writes F, T, B
EXPECTED = (
    "Expected OS Open Roads (columns form_of_way and road_function), OpenStreetMap "
    "(highway or fclass), or edges (u, v and length)."
)
SAVE_AGAIN = "Save it again with one of a registry (EPSG:27700 or EPSG:4326)."
NO_LINE = "without a line"
NO_STREET = "of no kind of street"
TOO_FAR = "with a point hundreds of kilometres away"
FAR = {True: 5.0, False: 500_000.0}  # degrees of a geographic system, else its units
MOST_NAMED = 5  # kinds that a refusal names
UNREADABLE = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyproj.exceptions.CRSError,
)


@dataclass(frozen=True)
class Layer:
    """A layer of a file: its name, its format, the file's name of each plain column."""

    name: str
    file_format: str
    columns: dict[str, str]

    def column(self, ours: str) -> str | None:
        """The file's name of one of our columns; None if it has none."""
        names = (self.columns[name] for name in ALIASES[ours] if name in self.columns)
        return next(names, None)


@dataclass(frozen=True)
class StreetFile:
    """The streets of a file.

    `layer` is the layer that they are from, `crs` the coordinate system that the file
    states. `frame` has `name`, `road_number`, `kind`, `form` (lower-case text or None),
    `is_trunk`, `length_m` (as stated, otherwise NaN) and single lines. `left_out` has
    the number of rows that were no streets, by the reason.
    """

    layer: str
    file_format: str
    crs: str
    frame: geopandas.GeoDataFrame
    left_out: dict[str, int]


def read_streets(
    path: Path, within: geopandas.GeoSeries, wanted: str | None = None
) -> StreetFile:
    """The streets of a file that touch the bounds of `within`, in its own coordinates.

    They are of the layer that holds streets, or of the layer `wanted`. Raises
    `StreetFileRejected`.
    """
    if not path.exists():
        raise StreetFileRejected(f"There is no file {path}.")
    source = map_source(path)
    try:
        layer = street_layer(path, wanted)
        crs = stated_system(path, layer.name, within)
        frame = geopandas.read_file(source, layer=layer.name, bbox=within)
        # A row without a geometry, or with an empty one, lies within no bounds.
        _, extents = pyogrio.read_bounds(source, layer=layer.name)
    except UNREADABLE as error:
        raise StreetFileRejected(
            f"{path.name} cannot be read as streets. {EXPECTED}"
        ) from error
    frame = frame.set_crs(crs, allow_override=True)
    streets, left_out = streets_of(frame, layer, within.to_crs(crs).total_bounds)
    is_empty = np.isnan(extents).any(axis=0) | (extents == 0).all(axis=0)
    if without := int(is_empty.sum()):
        left_out[NO_LINE] = left_out.get(NO_LINE, 0) + without
    return StreetFile(
        layer.name, layer.file_format, system_name(crs), streets, left_out
    )


def stated_system(path: Path, layer: str, within: geopandas.GeoSeries) -> pyproj.CRS:
    """The coordinate system of a layer; raises `StreetFileRejected` if it states none,
    or one of which nobody can tell exactly where its coordinates lie."""
    text = pyogrio.read_info(map_source(path), layer=layer)["crs"]
    if text is None:
        raise StreetFileRejected(
            f"{path.name} does not state its coordinate system. {SAVE_AGAIN}"
        )
    stated = pyproj.CRS.from_user_input(text)
    crs = exact_system(stated, tuple(within.to_crs(WGS84).total_bounds))
    if crs is None:
        raise StreetFileRejected(
            f"{path.name} states a coordinate system by which its streets could lie "
            f"100 m off: {stated.name!r} does not say exactly where on the earth they "
            f"are. {SAVE_AGAIN}"
        )
    return crs


def street_layer(path: Path, wanted: str | None = None) -> Layer:
    """The layer of a file that holds streets.

    Raises `StreetFileRejected` if none does, or if several do and none is `wanted`.
    """
    source = map_source(path)
    geometries = {str(name): kind for name, kind in pyogrio.list_layers(source)}
    if wanted is not None and wanted not in geometries:
        raise StreetFileRejected(
            f"{path.name} has no layer {wanted!r}. Its layers: {', '.join(geometries)}."
        )
    streets: dict[str, int] = {}
    layers: dict[str, Layer] = {}
    others: dict[str, str] = {}
    for name in geometries if wanted is None else [wanted]:
        info = pyogrio.read_info(source, layer=name)
        fields = [str(field) for field in info["fields"]]
        columns = plain_columns(fields)
        file_format = format_of(columns)
        if file_format is None:
            others[name] = f"Columns found: {', '.join(fields) or 'none'}"
            continue
        layer = Layer(name, file_format, columns)
        number, found = count_streets(source, layer, geometries[name])
        if number:
            streets[name], layers[name] = number, layer
        else:
            others[name] = f"Found: {found}"
    if len(layers) > 1:
        listed = ", ".join(f"{name} ({number:,})" for name, number in streets.items())
        raise StreetFileRejected(
            f"{path.name} has streets in several layers: {listed}. Name the one to "
            "load: --layer NAME"
        )
    if not layers:
        listed = "; ".join(
            f"{name}: {words}" if len(geometries) > 1 else words
            for name, words in others.items()
        )
        raise StreetFileRejected(
            f"{path.name} is not a street network that Rasure reads. {EXPECTED} "
            f"{listed or 'It has no layer'}."
        )
    return next(iter(layers.values()))


def format_of(columns: dict[str, str]) -> str | None:
    """`os_open_roads`, `openstreetmap` or `edges`, by the plain names of the columns;
    None for a layer of something else."""
    if "formofway" in columns and columns.keys() & set(ALIASES["kind"]):
        return "os_open_roads"
    if columns.keys() & {"highway", "fclass"}:
        return "openstreetmap"
    if {"u", "v"} <= columns.keys() and columns.keys() & set(ALIASES["length_m"]):
        return "edges"
    return None


def count_streets(
    source: Path | str, layer: Layer, geometry: str | None
) -> tuple[int, str]:
    """The number of streets in a layer, and in words what it holds if it is none.

    `source` is what `map_source` returns. `geometry` is the kind of geometry that the
    layer states; a layer that states none in particular is read with its geometry.
    """
    stated = (geometry or "none").lower()
    if "point" in stated or "polygon" in stated or stated == "none":
        return 0, "no lines"
    kind = layer.column("kind")
    is_stated = "line" in stated and kind is not None
    frame = pyogrio.read_dataframe(
        source,
        layer=layer.name,
        columns=[kind] if kind else [],
        read_geometry=not is_stated,
        fid_as_index=True,
    )
    if not is_stated:
        frame = frame[is_line(flat_lines(frame.geometry.to_numpy()))]
    if frame.empty:
        return 0, "no lines"
    if layer.file_format != "openstreetmap":
        return len(frame), ""
    kinds = kinds_of(frame[kind])
    is_street = kinds.isin(street_kinds())
    found = kinds[~is_street].dropna().value_counts().index[:MOST_NAMED]
    return int(is_street.sum()), ", ".join(found) or "lines of no kind"


@cache
def street_kinds() -> frozenset[str]:
    """The kinds of way of OpenStreetMap that are streets, walked or not."""
    return frozenset(row["kind"] for row in read_table("openstreetmap_streets.csv"))


def kinds_of(values: pd.Series) -> pd.Series:
    """The kind of each way, in lower case or None; the first where a way has several.

    `residential; service` and `['residential', 'service']` are residential.
    """
    kinds = values.map(first_text).astype("string").str.lower()
    kinds = kinds.str.split(";").str[0].str.strip().astype(object)
    return kinds.where(kinds.notna(), None)


def plain(name: str) -> str:
    """A column's name without case, underscores and spaces: `name_1` is `name1`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def plain_columns(fields) -> dict[str, str]:
    """Plain name to the name in the file."""
    return {plain(field): field for field in fields}


def streets_of(
    frame: geopandas.GeoDataFrame, layer: Layer, bounds: np.ndarray
) -> tuple[geopandas.GeoDataFrame, dict[str, int]]:
    """The rows of a layer that are streets, as single lines with our columns, and how
    many others there are by the reason.

    `bounds` (west, south, east, north) are those of the force, in the coordinates of
    the frame. A line that reaches far beyond them has a wrong coordinate.
    """
    left_out: dict[str, int] = {}
    if layer.file_format == "openstreetmap":
        is_street = kinds_of(frame[layer.column("kind")]).isin(street_kinds())
        left_out[NO_STREET] = int((~is_street).sum())
        frame = frame[is_street]
    lines = flat_lines(frame.geometry.to_numpy())
    has_line = is_line(lines)
    left_out[NO_LINE] = int((~has_line).sum())
    frame = frame.set_geometry(geopandas.GeoSeries(lines, frame.index, frame.crs))
    frame = frame[has_line]
    margin = FAR[frame.crs.is_geographic]
    reach = bounds + margin * np.array([-1, -1, 1, 1])
    own = frame.geometry.bounds.to_numpy()
    is_near = (own[:, :2] >= reach[:2]).all(axis=1) & (own[:, 2:] <= reach[2:]).all(
        axis=1
    )
    left_out[TOO_FAR] = int((~is_near).sum())
    streets = one_set_of_columns(frame[is_near], layer)
    left_out = {reason: number for reason, number in left_out.items() if number}
    return single_lines(streets), left_out


def flat_lines(geometries: np.ndarray) -> np.ndarray:
    """The lines of each geometry in two dimensions, None where it has none.

    A point, a polygon, an empty line and one with a coordinate that is no number have
    none. A collection has the lines that are in it. Curves come as short straight
    lines already, since GDAL reads them so.
    """
    flat = shapely.force_2d(np.asarray(geometries, dtype=object))
    kinds = shapely.get_type_id(flat)
    for place in np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(flat[place])
        flat[place] = shapely.MultiLineString(
            [
                line
                for line in shapely.get_parts(parts)
                if line.geom_type == "LineString" and not line.is_empty
            ]
        )
    points, row = shapely.get_coordinates(flat, return_index=True)
    is_broken = np.zeros(len(flat), dtype=bool)
    is_broken[row[~np.isfinite(points).all(axis=1)]] = True
    flat[is_broken | ~is_line(flat)] = None
    return flat


def is_line(geometries: np.ndarray) -> np.ndarray:
    """True for each geometry that is a line or several, and not empty."""
    kinds = shapely.get_type_id(geometries)
    lines = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
    return np.isin(kinds, lines) & ~shapely.is_empty(geometries)


def one_set_of_columns(
    frame: geopandas.GeoDataFrame, layer: Layer
) -> geopandas.GeoDataFrame:
    """The columns that `StreetFile` describes, whatever the file calls them."""
    file_column = {ours: layer.column(ours) for ours in ALIASES}
    text = {
        ours: frame[column].map(first_text) if column else None
        for ours, column in file_column.items()
    }
    form, oneway = text["form"], text["oneway"]
    kind = kinds_of(frame[file_column["kind"]]) if file_column["kind"] else None
    if kind is not None and text["classification"] is not None:
        # Slip roads of a motorway have a function of their own in some releases.
        is_motorway = text["classification"].str.lower() == "motorway"
        kind = kind.mask(is_motorway, "motorway")
    if form is None and oneway is not None:
        form = pd.Series(
            np.where(is_any(oneway, ONE_WAY), "dual carriageway", None), frame.index
        )
    if text["is_trunk"] is not None:
        trunk = is_any(text["is_trunk"], YES)
    else:
        trunk = kind.eq("trunk") if kind is not None else False
    length_column = file_column["length_m"]
    length = np.nan
    if length_column:
        length = pd.to_numeric(frame[length_column], errors="coerce")
    return geopandas.GeoDataFrame(
        {
            "name": text["name"],
            "road_number": text["road_number"],
            "kind": kind,
            "form": form.str.lower() if form is not None else None,
            "is_trunk": trunk,
            "length_m": length,
        },
        geometry=frame.geometry,
        index=frame.index,
    )


def first_text(value: object) -> str | None:
    """A value as text; the first of several (`['A', 'B']`), None for an empty one."""
    if isinstance(value, (list, np.ndarray)):
        value = value[0] if len(value) else None
    if value is None or value is pd.NA or value != value:
        return None
    listed = re.match(r"\[\s*['\"](.*?)['\"]\s*[,\]]", str(value))
    return (listed[1] if listed else str(value)).strip() or None


def is_any(values: pd.Series, words: tuple[str, ...]) -> pd.Series:
    """True for each text that is one of the lower-case words."""
    return values.astype("string").str.lower().isin(words)


def single_lines(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """One line a row; a length that was stated for several lines is not known."""
    lines = frame.geometry.to_numpy().copy()
    is_several = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    lines[is_several] = shapely.line_merge(lines[is_several])
    frame = frame.set_geometry(geopandas.GeoSeries(lines, frame.index, frame.crs))
    is_still_several = frame.geometry.geom_type == "MultiLineString"
    frame.loc[is_still_several, "length_m"] = np.nan
    return frame.explode(ignore_index=True)
