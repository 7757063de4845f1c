"""Build the geography of one force: from the packages' files to `geo.*`.

Python reads files and copies rows; PostGIS computes the geometry, so that crimes and
boundaries go through the same transformation. A force is built in one transaction:
readers see the old geography until the new one is committed, and a second build gives
the same rows and ids. The caller holds a run (`rasure.runs`), so that the geography
does not change during a transform.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

import psycopg

from rasure import schema
from rasure.geography import grid, reference
from rasure.geography.errors import UnknownAreaSet
from rasure.geography.forces import force_name, shipped_areas, tables_version

LOCK = 7_257_815  # an arbitrary number; two builds take turns
SIDE_M = 123.5  # 3 * sqrt(3) / 2 * 123.5 ** 2 = 39,627 m2, about 145,000 in 5,744 km2
DISTRICTS_SINCE = "2009-04-01"  # the last change of districts before the 2011 census


BUILT_TABLES = tuple(
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

    `area_set` becomes the default set of areas. Without it the default stays, and a new
    force gets its first set (`lpa12` for Thames Valley, otherwise `district`).
    Raises `UnknownForce`, `UnknownAreaSet`, `ReferenceMissing` and, in a warehouse of
    another grid, `GridRejected` before it changes anything.
    """
    name = force_name(force)
    frame = reference.neighbourhoods()
    own = frame[frame["force"] == force]
    areas = area_rows(force, own)
    institutions = reference.institutions(force, set(own["lsoa_code"]))
    schema.ensure(connection)
    with connection.transaction():
        grid.require_british(connection, name)
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        default_area_set = _default_area_set(connection, force, areas, area_set)
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
        run(connection, "areas", force=force, default_area_set=default_area_set)
        run(connection, "hexagons", force=force, side_m=SIDE_M)
        run(connection, "link_lsoas", force=force)
        _insert_institutions(connection, institutions)
        connection.execute(f"analyze {', '.join(BUILT_TABLES)}")


def area_rows(force: str, own) -> list[tuple]:
    """The dated areas of a force: (area_set, area, district_code, from, to).

    They come from `<force>_areas.csv` in this folder when there is one; otherwise every
    district is an area of the set `district`. `own` holds the force's LSOAs.
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
    """Run the statements of `sql/<script>.sql` with their named parameters."""
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
    has_codes = "select exists (select from geo.lsoa11_codes)"
    if not connection.execute(has_codes).fetchone()[0]:
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
    requested: str | None,
) -> str:
    """The area set of the hexagons: the requested, the current default or the first."""
    area_sets = list(dict.fromkeys(area_set for area_set, *_ in areas))
    if requested is not None and requested not in area_sets:
        raise UnknownAreaSet(
            f"{force} has no area set {requested!r}; it has {', '.join(area_sets)}."
        )
    current = connection.execute(
        "select default_area_set from geo.force_settings where force = %s", (force,)
    ).fetchone()
    if requested is None and current and current[0] in area_sets:
        return current[0]
    return requested or area_sets[0]


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
