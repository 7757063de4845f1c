"""What coordinates in a file stand for, where that can be told exactly.

A file states a coordinate system, which may be one of a registry, one that a program
has put together, or none that is on the earth. PROJ transforms all of them, and where
it knows no shift from the file's datum it silently takes none: on Great Britain the
result is some 120 m off. So a system counts as known only if there is a transformation
to WGS 84 of a stated accuracy.
"""

from __future__ import annotations

import warnings

import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

WGS84 = 4326
MOST_METRES_OFF = 5.0


def exact_system(
    crs: pyproj.CRS | None, bounds: tuple[float, float, float, float] | None = None
) -> pyproj.CRS | None:
    """The horizontal part of a coordinate system; None if it cannot be told exactly.

    `bounds` (west, south, east, north in degrees) is where the coordinates lie, since
    a datum's shift is known in one place and not in another. Without it, a system
    passes whose shift is known somewhere.
    """
    if crs is None:
        return None
    while crs.is_bound or crs.is_compound:
        crs = crs.source_crs if crs.is_bound else crs.sub_crs_list[0]
    crs = crs.to_2d()
    if not (crs.is_geographic or crs.is_projected):
        return None
    area = AreaOfInterest(*bounds) if bounds else None
    with warnings.catch_warnings():  # of a better grid that is not installed
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(crs, WGS84, always_xy=True, area_of_interest=area)
    # The first is the one that serves most of the area; -1 is not known.
    accuracies = [one.accuracy for one in group.transformers][: 1 if bounds else None]
    is_exact = any(0 <= accuracy <= MOST_METRES_OFF for accuracy in accuracies)
    return crs if is_exact else None


def system_name(crs: pyproj.CRS) -> str:
    """A coordinate system by its code, `EPSG:27700`, otherwise by its name."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name
