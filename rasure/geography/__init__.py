"""Geography: the boundaries, areas and hexagons that crimes are counted in.

Polygons and lookups come from two packages that ship open data, and from the tables of
facts in this folder; nothing is downloaded. Only the modules that build and load import
geopandas, which is slow to import, so that landing can call `known_forces` at no cost.
"""

from __future__ import annotations

from rasure.geography.errors import (
    BoundaryFileRejected,
    ForceNameRejected,
    ForceNotBuilt,
    GridRejected,
    ReferenceMissing,
    StreetFileRejected,
    UnknownAreaSet,
    UnknownForce,
)
from rasure.geography.forces import force_name, known_forces, tables_version

__all__ = [
    "BoundaryFileRejected",
    "ForceNameRejected",
    "ForceNotBuilt",
    "GridRejected",
    "ReferenceMissing",
    "StreetFileRejected",
    "UnknownAreaSet",
    "UnknownForce",
    "align_grid",
    "build",
    "build_from_boundary",
    "dbt_variables",
    "force_name",
    "is_built",
    "is_on_british_grid",
    "known_forces",
    "load_lsoa21",
    "load_streets",
]


def build(connection, force: str, area_set: str | None = None) -> None:
    """Build the geography of `force`; see `rasure.geography.building`."""
    from rasure.geography.building import build as build_now

    build_now(connection, force, area_set)


def build_from_boundary(
    connection, force: str, path, srid: int, name=None, area_column=None
) -> None:
    """Build the ground of `force` from a file; see `rasure.geography.boundaries`."""
    from rasure.geography.boundaries import build as build_now

    build_now(connection, force, path, srid, name=name, area_column=area_column)


def is_on_british_grid(connection) -> bool:
    """True if the warehouse's grid is that of the known forces, the British one."""
    from rasure.geography import grid

    return grid.srid(connection) == grid.BRITISH


def align_grid(connection) -> None:
    """Give the warehouse's grid to newer tables; see `rasure.geography.grid.align`."""
    from rasure.geography.grid import align

    align(connection)


def dbt_variables(connection) -> dict[str, object]:
    """The grid as variables of dbt; see `rasure.geography.grid.dbt_variables`."""
    from rasure.geography.grid import dbt_variables as of_grid

    return of_grid(connection)


def is_built(connection, force: str) -> bool:
    """True if the geography of `force` was built from the current tables of facts.

    A force that the tables do not have cannot be built from them, so any geography of
    it in the warehouse counts as built.
    """
    built = connection.execute(
        "select tables_version from geo.forces where force = %s", (force,)
    ).fetchone()
    if built is None or force not in known_forces():
        return built is not None
    return built[0] == tables_version(force)


def load_lsoa21(connection, path) -> int:
    """Load 2021 boundaries from `path`; see `rasure.geography.lsoa21.load`."""
    from rasure.geography.lsoa21 import load

    return load(connection, path)


def load_streets(connection, path, force: str, layer: str | None = None):
    """Load the streets of `force` from `path`; see `rasure.geography.streets.load`."""
    from rasure.geography.streets import load

    return load(connection, path, force, layer)
