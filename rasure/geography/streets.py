"""Load the street network of a force, on which patrol zones are drawn.

Loading the same streets again changes nothing, whatever the file's name. Other streets
replace the network as a whole, in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import psycopg
import shapely

from rasure import schema
from rasure.geography import grid
from rasure.geography.building import copy_rows
from rasure.geography.errors import ForceNotBuilt, StreetFileRejected
from rasure.geography.forces import read_table
from rasure.geography.street_files import read_streets
from rasure.geography.street_network import Link, links_of

MARGIN_M = 1000  # a place at the border is patrolled on both sides of it
LENGTH_TOLERANCE = 0.05
COLUMNS = (
    "force, link_id, name, road_number, kind, is_patrollable, unpatrollable_reason,"
    " from_node, to_node, length_m, geom"
)


@dataclass(frozen=True)
class Loaded:
    """The network after a load; `is_new` is False if the warehouse had it already.

    `layer` and `crs` say what was read of the file, `left_out` how many of its rows
    were no streets, by the reason; `outside` counts links far from the force.
    """

    force: str
    file_format: str
    layer: str
    crs: str
    links: int
    length_km: float
    unpatrollable: int
    outside: int
    left_out: dict[str, int]
    is_new: bool


def load(
    connection: psycopg.Connection, path: Path, force: str, layer: str | None = None
) -> Loaded:
    """Load the streets of `force`, and of a kilometre around it, from a file.

    They are of the layer that holds streets, or of the one named. One transaction.
    Raises `ForceNotBuilt`, or `StreetFileRejected` for a file that is no street
    network, does not say exactly where its streets are, has wrong lengths, or has no
    street in the force.
    """
    schema.ensure(connection)
    with connection.transaction():
        connection.execute(
            "select pg_advisory_xact_lock("
            "hashtext('geo.street_networks'), hashtext(%s))",
            (force,),
        )
        ground = force_ground(connection, force)
        near = ground.buffer(MARGIN_M)
        srid = grid.srid(connection)
        bounds = geopandas.GeoSeries([shapely.box(*near.bounds)], crs=srid)
        streets = read_streets(path, bounds, layer)
        frame = streets.frame
        lines = to_grid(connection, frame, srid)
        check_lengths(frame["length_m"].to_numpy(dtype=float), lines, path.name)
        shapely.prepare(ground)
        if not shapely.intersects(ground, lines).any():
            raise StreetFileRejected(
                f"{path.name} has no street in {force}. Expected the network of that "
                "force; is it a file of another part of the country?"
            )
        shapely.prepare(near)
        links = links_of(lines, sorts(frame))
        kept = [link for link in links if near.intersects(link.geometry)]
        rows = link_rows(force, kept, frame, srid)
        is_new = store(connection, force, streets.file_format, rows)
    return Loaded(
        force=force,
        file_format=streets.file_format,
        layer=streets.layer,
        crs=streets.crs,
        links=len(rows),
        length_km=sum(row[9] for row in rows) / 1000.0,
        unpatrollable=sum(not row[5] for row in rows),
        outside=len(links) - len(kept),
        left_out=streets.left_out,
        is_new=is_new,
    )


def force_ground(connection: psycopg.Connection, force: str) -> shapely.Geometry:
    """The polygon of a force in the warehouse's grid; raises `ForceNotBuilt`."""
    row = connection.execute(
        "select st_asbinary(geom) from geo.forces where force = %s", (force,)
    ).fetchone()
    if row is None:
        raise ForceNotBuilt(force)
    return shapely.from_wkb(row[0])


def to_grid(
    connection: psycopg.Connection, frame: geopandas.GeoDataFrame, srid: int
) -> np.ndarray:
    """The lines in the warehouse's grid, transformed as crimes are."""
    if frame.crs.to_epsg() == srid:
        return frame.geometry.to_numpy()
    connection.execute(
        "create temp table incoming_streets (number integer,"
        " geom geometry (LineString, 4326)) on commit drop"
    )
    lines = frame.geometry.to_crs(4326).to_wkb(hex=True, include_srid=True)
    copy_rows(connection, "incoming_streets", enumerate(lines))
    rows = connection.execute(
        "select st_asbinary(st_transform(geom, %s)) from incoming_streets"
        " order by number",
        (srid,),
    ).fetchall()
    connection.execute("drop table incoming_streets")
    return shapely.from_wkb(np.array([row[0] for row in rows], dtype=object))


def check_lengths(stated: np.ndarray, lines: np.ndarray, file: str) -> None:
    """Raise `StreetFileRejected` if the stated lengths are not the lines' metres."""
    measured = shapely.length(lines)
    is_stated = np.isfinite(stated)
    wrong = np.abs(stated - measured) > LENGTH_TOLERANCE * measured + 1.0
    share = wrong[is_stated].mean() if is_stated.any() else 0.0
    if share > LENGTH_TOLERANCE:
        raise StreetFileRejected(
            f"{share:.0%} of the lengths stated in {file} are not those of its lines "
            "in metres. Expected metres; is the coordinate system the one it states?"
        )


def sorts(frame: geopandas.GeoDataFrame) -> list[tuple]:
    """The sort of street of each line: name, number, kind, form and class."""
    columns = frame[["name", "road_number", "kind", "form", "is_trunk"]].astype(object)
    return list(columns.where(columns.notna(), None).itertuples(index=False, name=None))


def link_rows(
    force: str, links: list[Link], frame: geopandas.GeoDataFrame, srid: int
) -> list[tuple]:
    """The rows of geo.street_links, ordered by id, as `COLUMNS` names them."""
    lines = frame.astype(object).where(frame.notna(), None)
    name, number = lines["name"].tolist(), lines["road_number"].tolist()
    kind, form = lines["kind"].tolist(), lines["form"].tolist()
    trunk = frame["is_trunk"].tolist()
    rules = read_table("unpatrollable_streets.csv")
    rows = []
    for link in links:
        at = link.line
        reason = unpatrollable(rules, kind[at], form[at], trunk[at])
        rows.append(
            (
                *(force, link.link_id, name[at], number[at], kind[at]),
                *(reason is None, reason, link.from_node, link.to_node),
                link.geometry.length,
                shapely.to_wkb(
                    shapely.set_srid(link.geometry, srid), hex=True, include_srid=True
                ),
            )
        )
    return sorted(rows, key=lambda row: row[1])


def unpatrollable(
    rules: list[dict[str, str]], kind: str | None, form: str | None, is_trunk: bool
) -> str | None:
    """The reason why no foot patrol can use a street of this kind; None if it can."""
    street = {"kind": kind, "form": form, "is_trunk": str(bool(is_trunk)).lower()}
    for rule in rules:
        if all(not rule[name] or rule[name] == value for name, value in street.items()):
            return rule["reason"]
    return None


def store(
    connection: psycopg.Connection, force: str, file_format: str, rows: list[tuple]
) -> bool:
    """Replace the network of `force`; False if the warehouse already holds this one."""
    content = json.dumps([row[1:9] for row in rows])
    content_id = hashlib.sha256(content.encode()).hexdigest()[:16]
    stored = connection.execute(
        "select content_id from geo.street_networks where force = %s", (force,)
    ).fetchone()
    if stored == (content_id,):
        return False
    connection.execute("delete from geo.street_networks where force = %s", (force,))
    connection.execute(
        "insert into geo.street_networks"
        " (force, content_id, file_format, links, length_km)"
        " values (%s, %s, %s, %s, %s)",
        (force, content_id, file_format, len(rows), sum(row[9] for row in rows) / 1e3),
    )
    copy_rows(connection, f"geo.street_links ({COLUMNS})", rows)
    connection.execute("analyze geo.street_links")
    return True
