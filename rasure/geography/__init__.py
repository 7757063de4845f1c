"""Geography: the ground that crimes are counted on.

Polygons and lookups come from two packages that ship open data, and from the tables of
facts beside this file; nothing is downloaded. What is heavy (geopandas) is imported
only by `build` and `load_lsoa21`, so that landing can ask `known_forces` at no cost.
"""

from __future__ import annotations

from rasure.geography.errors import (
    BoundaryFileRejected,
    ReferenceMissing,
    UnknownAreaSet,
    UnknownForce,
)
from rasure.geography.forces import force_name, known_forces

__all__ = [
    "BoundaryFileRejected",
    "ReferenceMissing",
    "UnknownAreaSet",
    "UnknownForce",
    "build",
    "force_name",
    "is_built",
    "known_forces",
    "load_lsoa21",
]


def build(connection, force: str, area_set: str | None = None) -> None:
    """Build the geography of `force`; see `rasure.geography.building`."""
    from rasure.geography.building import build as build_now

    build_now(connection, force, area_set)


def is_built(connection, force: str) -> bool:
    """Whether the geography of `force` is in the warehouse."""
    row = connection.execute(
        "select exists (select from geo.forces where force = %s)", (force,)
    ).fetchone()
    return row[0]


def load_lsoa21(connection, path) -> int:
    """Load 2021 boundaries from `path`; see `rasure.geography.lsoa21.load`."""
    from rasure.geography.lsoa21 import load

    return load(connection, path)
