"""Read the street networks of three publishers into one set of columns.

A file can have any format and coordinate system that geopandas reads. Its columns show
its kind: OS Open Roads (the `road_link` layer), OpenStreetMap ways (a `highway` or
`fclass` column) or plain edges (`u`, `v` and a length).
"""

from __future__ import annotations

import re
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import shapely

from rasure.geography.errors import StreetFileRejected

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


def read_streets(
    path: Path, within: geopandas.GeoSeries
) -> tuple[str, geopandas.GeoDataFrame]:
    """The format of a street file, and its lines that touch the bounds of `within`.

    The frame has `name`, `road_number`, `kind`, `form` (lower-case text or None),
    `is_trunk`, `length_m` (as stated, otherwise NaN) and single lines in the file's own
    coordinate system. Raises `StreetFileRejected`.
    """
    if not path.exists():
        raise StreetFileRejected(f"There is no file {path}.")
    try:
        layer = street_layer(path)
        info = pyogrio.read_info(path, layer=layer)
        if info["crs"] is None:
            raise StreetFileRejected(
                f"{path.name} does not state its coordinate system. Save it again with "
                "one (EPSG:27700 or EPSG:4326)."
            )
        columns = plain_columns(info["fields"])
        file_format = format_of(columns, path.name, info["fields"])
        frame = geopandas.read_file(path, layer=layer, bbox=within)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise StreetFileRejected(
            f"{path.name} cannot be read as streets. {EXPECTED}"
        ) from error
    return file_format, checked_lines(one_set_of_columns(frame, columns), path.name)


def street_layer(path: Path) -> str:
    """The layer named road_link if there is one, otherwise the first layer."""
    layers = [name for name, _ in pyogrio.list_layers(path)]
    if not layers:
        raise StreetFileRejected(f"{path.name} has no layer. {EXPECTED}")
    named = [name for name in layers if plain(name) == "roadlink"]
    return (named or layers)[0]


def plain(name: str) -> str:
    """A column's name without case, underscores and spaces: `name_1` is `name1`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def plain_columns(fields) -> dict[str, str]:
    """Plain name to the name in the file."""
    return {plain(field): field for field in fields}


def format_of(columns: dict[str, str], file: str, fields) -> str:
    """`os_open_roads`, `openstreetmap` or `edges`, by the columns of the file."""
    if "formofway" in columns and columns.keys() & set(ALIASES["kind"]):
        return "os_open_roads"
    if columns.keys() & {"highway", "fclass"}:
        return "openstreetmap"
    if {"u", "v"} <= columns.keys() and columns.keys() & set(ALIASES["length_m"]):
        return "edges"
    raise StreetFileRejected(
        f"{file} is not a street network that Rasure reads. {EXPECTED} Columns found: "
        f"{', '.join(map(str, fields)) or 'none'}."
    )


def one_set_of_columns(
    frame: geopandas.GeoDataFrame, columns: dict[str, str]
) -> geopandas.GeoDataFrame:
    """The columns that `read_streets` describes, whatever the file calls them."""
    file_column = {
        ours: next((columns[name] for name in names if name in columns), None)
        for ours, names in ALIASES.items()
    }
    text = {
        ours: frame[column].map(first_text) if column else None
        for ours, column in file_column.items()
    }
    kind, form, oneway = text["kind"], text["form"], text["oneway"]
    if kind is not None and text["classification"] is not None:
        # Slip roads of a motorway have a function of their own in some releases.
        is_motorway = text["classification"].str.lower() == "motorway"
        kind = kind.mask(is_motorway, "Motorway")
    if form is None and oneway is not None:
        form = pd.Series(
            np.where(is_any(oneway, ONE_WAY), "dual carriageway", None), frame.index
        )
    if text["is_trunk"] is not None:
        trunk = is_any(text["is_trunk"], YES)
    else:
        trunk = kind.str.lower().eq("trunk") if kind is not None else False
    length_column = file_column["length_m"]
    length = pd.to_numeric(frame[length_column]) if length_column else np.nan
    return geopandas.GeoDataFrame(
        {
            "name": text["name"],
            "road_number": text["road_number"],
            "kind": kind.str.lower() if kind is not None else None,
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


def checked_lines(frame: geopandas.GeoDataFrame, file: str) -> geopandas.GeoDataFrame:
    """Single, flat, valid lines; raises `StreetFileRejected` for anything else."""
    kinds = frame.geometry.geom_type
    wrong = int((~kinds.isin(["LineString", "MultiLineString"])).sum())
    if wrong or frame.geometry.is_empty.any():
        raise StreetFileRejected(
            f"{file} has {wrong or int(frame.geometry.is_empty.sum()):,} rows without "
            "a line. Expected a line for every street."
        )
    is_several = (kinds == "MultiLineString").to_numpy()
    lines = shapely.force_2d(frame.geometry.to_numpy())
    lines[is_several] = shapely.line_merge(lines[is_several])
    frame = frame.set_geometry(geopandas.GeoSeries(lines, frame.index, frame.crs))
    is_still_several = frame.geometry.geom_type == "MultiLineString"
    frame.loc[is_still_several, "length_m"] = np.nan
    return frame.explode(ignore_index=True)
