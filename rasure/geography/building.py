"""Build the geography of one force: from the packages' files to `geo.*`.

Python reads files and copies rows; the geometry is worked in PostGIS, so that crimes
and boundaries go through the same transformation. It is one transaction: a force is
wholly built or not at all, readers see the old ground until the new one is committed,
and building again gives the same rows and the same ids. Who calls it holds a run
(`rasure.runs`), so that no ground changes under a transform.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

import psycopg

from rasure import schema
from rasure.geography import reference
from rasure.geography.errors import UnknownAreaSet
from rasure.geography.forces import force_name, shipped_areas, tables_version

SIDE_M = 123.5  # 3 * sqrt(3) / 2 * 123.5 ** 2 = 39,627 m2, about 145,000 in 5,744 km2
DISTRICTS_SINCE = "2009-04-01"  # the last change of districts before the 2011 census


FILLED = tuple(
    f"geo.{table}"
    for table in (
        "forces",
        "lsoas",
        "districts",
        "areas",
        "area_lsoas",
        "hexagons",
        "institutions",
    )
)


def build(
    connection: psycopg.Connection, force: str, area_set: str | None = None
) -> None:
    """Build or rebuild the geography of `force` (a slug such as `thames-valley`).

    `area_set` chooses the default set of areas; without it the one chosen before
    holds, and at first the force's first (`lpa12` for Thames Valley, else `district`).
    Raises `UnknownForce`, `UnknownAreaSet` and `ReferenceMissing` before it changes
    anything.
    """
    name = force_name(force)
    frame = reference.neighbourhoods()
    own = frame[frame["force"] == force]
    areas = area_rows(force, own)
    institutions = reference.institutions(force, set(own["lsoa_code"]))
    schema.ensure(connection)
    with connection.transaction():
        chosen = _default_area_set(connection, force, areas, area_set)
        _copy_codes(connection, frame["lsoa_code"])
        copy_lsoas(connection, reference.near(frame, force))
        run(
            connection,
            "neighbourhoods",
            force=force,
            force_name=name,
            tables_version=tables_version(force),
        )
        _copy_areas(connection, areas)
        run(connection, "areas", force=force, default_area_set=chosen)
        run(connection, "hexagons", force=force, side_m=SIDE_M)
        run(connection, "link_lsoas", force=force)
        _insert_institutions(connection, institutions)
        connection.execute(f"analyze {', '.join(FILLED)}")


def area_rows(force: str, own) -> list[tuple]:
    """The dated areas of a force: (area_set, area, district_code, from, to).

    From `<force>_areas.csv` beside this file when there is one; otherwise every
    district is an area of the set `district`. `own` are the force's LSOAs.
    """
    if shipped := shipped_areas(force):
        return [
            (
                row["area_set"],
                row["area"],
                row["district_code"],
                row["valid_from"],
                row["valid_to"] or None,
            )
            for row in shipped
        ]
    districts = own[["district_name", "district_code"]].drop_duplicates()
    return [
        ("district", district, code, DISTRICTS_SINCE, None)
        for district, code in sorted(districts.itertuples(index=False, name=None))
    ]


def run(connection: psycopg.Connection, script: str, **parameters) -> None:
    """Run `sql/<script>.sql`, several statements, with its named parameters."""
    text = resources.files("rasure.geography").joinpath(f"sql/{script}.sql").read_text()
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(text, parameters)


def copy_lsoas(connection: psycopg.Connection, frame) -> None:
    """Copy LSOAs (EPSG:4326) into the temporary table `incoming_lsoas`."""
    connection.execute(
        "create temp table incoming_lsoas (lsoa_code text, lsoa_name text,"
        " district_code text, district_name text, force text,"
        " geom geometry (Geometry, 4326))"
    )
    rows = zip(
        frame["lsoa_code"],
        frame["lsoa_name"],
        frame["district_code"],
        frame["district_name"],
        frame["force"],
        frame.geometry.to_wkb(hex=True, include_srid=True),
        strict=True,
    )
    copy_rows(connection, "incoming_lsoas", rows)


def copy_rows(
    connection: psycopg.Connection, table: str, rows: Iterable[tuple]
) -> None:
    """COPY `rows` into a temporary `table` in the order of its columns."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {table} from stdin") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _copy_codes(connection: psycopg.Connection, codes: Iterable[str]) -> None:
    """Fill geo.lsoa11_codes once; it is the same for every force."""
    filled = "select exists (select from geo.lsoa11_codes)"
    if not connection.execute(filled).fetchone()[0]:
        copy_rows(connection, "geo.lsoa11_codes", ((code,) for code in codes))
        connection.execute("analyze geo.lsoa11_codes")


def _copy_areas(connection: psycopg.Connection, areas: list[tuple]) -> None:
    connection.execute(
        "create temp table incoming_areas (area_set text, area text,"
        " district_code text, valid_from date, valid_to date)"
    )
    copy_rows(connection, "incoming_areas", areas)


def _default_area_set(
    connection: psycopg.Connection,
    force: str,
    areas: list[tuple],
    asked: str | None,
) -> str:
    """The area set that hexagons are counted in: asked for, chosen before, or first."""
    known = list(dict.fromkeys(area_set for area_set, *_ in areas))
    if asked is not None and asked not in known:
        raise UnknownAreaSet(
            f"{force} has no area set {asked!r}; it has {', '.join(known)}."
        )
    before = connection.execute(
        "select default_area_set from geo.force_settings where force = %s", (force,)
    ).fetchone()
    if asked is None and before and before[0] in known:
        return before[0]
    return asked or known[0]


def _insert_institutions(
    connection: psycopg.Connection, institutions: list[dict]
) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into geo.institutions"
            " (institution_id, force, name, kind, source, radius_m, geom)"
            " select concat_ws(':', %(force)s::text, trim(both '-' from"
            "   regexp_replace(lower(%(name)s), '[^a-z0-9]+', '-', 'g'))),"
            " %(force)s, %(name)s, %(kind)s, %(source)s, %(radius_m)s::integer,"
            " st_buffer(st_setsrid(st_point(%(easting)s::double precision,"
            "   %(northing)s::double precision), 27700), %(radius_m)s::integer)",
            institutions,
        )
