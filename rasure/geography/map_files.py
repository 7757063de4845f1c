"""What of a map file is opened: the map in an archive, and the layer with the polygons.

GDAL reads maps that lie at the top of a ZIP archive, and the first layer of a file with
several, without a word about the others. Maps also come in a folder of an archive, and
boundaries with other layers before them.
"""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

import pyogrio

from rasure.geography.errors import MapFileRejected

# The file of a map that GDAL opens, of all that belong to it.
MAPS = (".shp", ".gpkg", ".geojson", ".tab", ".mif", ".fgb", ".gml", ".kml")
LEFT_BY_DESKTOPS = "__MACOSX"


def map_source(path: Path) -> Path | str:
    """What GDAL opens of the file at `path`: the file itself, or the map in an archive.

    The shapefiles of one folder are the layers of one map. Raises `MapFileRejected` for
    an archive without a map, and for one with several.
    """
    if not zipfile.is_zipfile(path):
        return path
    with zipfile.ZipFile(path) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
    maps = [
        name
        for name in names
        if name.suffix.lower() in MAPS and name.parts[0] != LEFT_BY_DESKTOPS
    ]
    places = {
        name.parent if name.suffix.lower() == ".shp" else name: None for name in maps
    }
    if len(places) == 1:
        return f"/vsizip/{path.resolve()}/{next(iter(places))}".removesuffix("/.")
    listed = ", ".join(str(name) for name in maps) or "none"
    raise MapFileRejected(
        f"{path.name} is an archive in which Rasure expects one map. Maps found: "
        f"{listed}. Unpack it, and name the map to load."
    )


def polygon_layer(source: Path | str, name: str) -> str | None:
    """The layer with the polygons of what `map_source` returns; None for the only one.

    A layer that states no kind of geometry may hold them; one without a row does not.
    `name` is that of the file, for messages. Raises `MapFileRejected` if none of
    several layers holds polygons, or more than one does.
    """
    layers = {str(layer): str(kind) for layer, kind in pyogrio.list_layers(source)}
    if len(layers) <= 1:
        return None
    filled = {
        layer: kind
        for layer, kind in layers.items()
        if pyogrio.read_info(source, layer=layer, force_feature_count=True)["features"]
    }
    polygons = [layer for layer, kind in filled.items() if "polygon" in kind.lower()]
    chosen = polygons or [layer for layer, kind in filled.items() if kind == "Unknown"]
    if len(chosen) == 1:
        return chosen[0]
    listed = ", ".join(chosen or layers)
    found = "polygons in several layers" if chosen else "polygons in none of its layers"
    raise MapFileRejected(
        f"{name} has {found}: {listed}. Save the one to load in a file of its own."
    )
