"""The map is found in an archive, and the polygons among the layers of a file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas
import pytest
from shapely.geometry import LineString, Point, box

from rasure.geography.boundaries import read_polygons
from rasure.geography.errors import MapFileRejected
from rasure.geography.lsoa21 import read_boundaries
from rasure.geography.street_files import street_layer

PLACE = geopandas.GeoDataFrame(
    {"LSOA21CD": ["E01099990"]}, geometry=[box(0, 51, 0.1, 51.1)], crs=4326
)
LINES = geopandas.GeoDataFrame(
    {"fclass": ["service"]}, geometry=[LineString([(0, 51), (0, 52)])], crs=4326
)
POINTS = geopandas.GeoDataFrame({"id": [1]}, geometry=[Point(0, 51)], crs=4326)
READERS = (read_polygons, read_boundaries)


def archive(folder: Path, inside: str, *maps: geopandas.GeoDataFrame) -> Path:
    """An archive with shapefiles in the folder `inside`, and what macOS adds."""
    path = folder / "map.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("__MACOSX/maps/._map_0.shp", b"x")
        for number, frame in enumerate(maps):
            frame.to_file(folder / f"map_{number}.shp")
        for file in sorted(folder.glob("map_*")):
            zipped.write(file, f"{inside}{file.name}")
    return path


@pytest.mark.parametrize("inside", ["", "berkshire.shp/", "maps/2024 new/"])
def test_maps_are_read_in_a_folder_of_an_archive(tmp_path, inside):
    path = archive(tmp_path, inside, POINTS, LINES, PLACE)
    assert street_layer(path).name == "map_1"
    for read in READERS:
        assert read(path).total_bounds.tolist() == [0, 51, 0.1, 51.1]


def test_an_archive_of_several_maps_is_refused_with_their_names(tmp_path):
    for year in (2023, 2024):
        PLACE.to_file(tmp_path / f"{year}.gpkg")
    path = tmp_path / "maps.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for file in sorted(tmp_path.glob("*.gpkg")):
            zipped.write(file, f"all/{file.name}")
    for read in (*READERS, street_layer):
        with pytest.raises(MapFileRejected) as refusal:
            read(path)
        assert str(refusal.value) == (
            "maps.zip is an archive in which Rasure expects one map. Maps found: "
            "all/2023.gpkg, all/2024.gpkg. Unpack it, and name the map to load."
        )


@pytest.mark.parametrize("read", READERS)
def test_polygons_are_found_among_other_layers(tmp_path, read):
    path = tmp_path / "map.gpkg"
    for layer, frame in (("nodes", POINTS), ("ways", LINES), ("old", PLACE.iloc[:0])):
        frame.to_file(path, layer=layer)
    with pytest.raises(MapFileRejected) as refusal:
        read(path)
    assert str(refusal.value) == (
        "map.gpkg has polygons in none of its layers: nodes, ways, old. Save the one "
        "to load in a file of its own."
    )
    PLACE.to_file(path, layer="place")
    assert read(path).total_bounds.tolist() == [0, 51, 0.1, 51.1]
    PLACE.to_file(path, layer="buildings")
    with pytest.raises(MapFileRejected, match="several layers: place, buildings"):
        read(path)
