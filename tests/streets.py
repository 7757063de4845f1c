"""A small made-up street network, as each publisher would write it."""

from __future__ import annotations

import geopandas
from shapely.geometry import LineString

WEST, SOUTH = 452000.0, 202000.0  # in the made-up force of the tests of places
BLOCK_M = 100.0


def grid_lines(columns: int = 4, rows: int = 3) -> list[tuple[str, LineString]]:
    """Named links of a grid of blocks: `Avenue n` northwards, `Street n` eastwards."""

    def at(column: int, row: int) -> tuple[float, float]:
        return WEST + BLOCK_M * column, SOUTH + BLOCK_M * row

    east = [
        (f"Street {row}", LineString([at(column, row), at(column + 1, row)]))
        for row in range(rows)
        for column in range(columns - 1)
    ]
    north = [
        (f"Avenue {column}", LineString([at(column, row), at(column, row + 1)]))
        for column in range(columns)
        for row in range(rows - 1)
    ]
    return east + north


def open_roads(columns: int = 4, rows: int = 3, **values) -> geopandas.GeoDataFrame:
    """The grid as OS Open Roads has it; `values` replace whole columns."""
    lines = grid_lines(columns, rows)
    return geopandas.GeoDataFrame(
        {
            "id": [f"id-{number}" for number in range(len(lines))],
            "road_classification": "Unclassified",
            "road_function": "Local Road",
            "form_of_way": "Single Carriageway",
            "road_classification_number": None,
            "name_1": [name for name, _ in lines],
            "trunk_road": False,
            "length": [round(line.length) for _, line in lines],
            **values,
        },
        geometry=[line for _, line in lines],
        crs=27700,
    )


def openstreetmap(columns: int = 4, rows: int = 3, **values) -> geopandas.GeoDataFrame:
    """The same grid as OpenStreetMap has it: whole streets that cross, in degrees."""
    ways: dict[str, list] = {}
    for name, line in grid_lines(columns, rows):
        course = ways.setdefault(name, [line.coords[0]])
        course.append(line.coords[-1])
    frame = geopandas.GeoDataFrame(
        {
            "osm_id": range(len(ways)),
            "name": list(ways),
            "highway": "residential",
            "ref": None,
            **values,
        },
        geometry=[LineString(course) for course in ways.values()],
        crs=27700,
    )
    return frame.to_crs(4326)


def edges(columns: int = 4, rows: int = 3) -> geopandas.GeoDataFrame:
    """The same grid as nameless edges between numbered nodes."""
    lines = [line for _, line in grid_lines(columns, rows)]
    return geopandas.GeoDataFrame(
        {
            "u": [str(line.coords[0]) for line in lines],
            "v": [str(line.coords[-1]) for line in lines],
            "length_m": [line.length for line in lines],
        },
        geometry=lines,
        crs=27700,
    ).to_crs(4326)
