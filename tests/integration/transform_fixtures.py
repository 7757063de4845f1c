"""A made-up force on two square kilometres, and deliveries put straight into `raw`.

The ground is a square from (450000, 200000): a west and an east half, each an area and
a district of its own; hexagons of the real size; a hospital near the north-east corner.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

import psycopg

FORCE = "testshire"
VIOLENCE = "Violence and sexual offences"
ASB = "Anti-social behaviour"

GROUND = """
    insert into geo.forces (force, force_name, area_km2, geom)
    select 'testshire', 'Testshire Police', 2,
        st_multi(st_makeenvelope(450000, 200000, 452000, 201000, 27700));
    insert into geo.force_settings values ('testshire', 'halves');
    insert into geo.lsoa11_codes values ('E01000001'), ('E01000002');
    insert into geo.districts values
        ('testshire', 'D1', 'Westham',
            st_multi(st_makeenvelope(450000, 200000, 451000, 201000, 27700))),
        ('testshire', 'D2', 'Eastham',
            st_multi(st_makeenvelope(451000, 200000, 452000, 201000, 27700)));
    insert into geo.areas (area_id, force, area_set, area, valid_from, geom)
    select
        'halves ' || district_name, force, 'halves', district_name, '2011-04-01', geom
    from geo.districts;
    insert into geo.areas (area_id, force, area_set, area, valid_from, geom)
    select 'whole', force, 'whole', 'Testshire', '2022-04-01', geom from geo.forces;
    insert into geo.area_lsoas values
        ('halves Westham', 'E01000001', 2011), ('whole', 'E01000001', 2011);
    insert into geo.hexagons
        (hexagon_id, force, i, j, area_id, area_km2, geom, centroid)
    select
        'testshire:' || cells.i || ':' || cells.j, 'testshire', cells.i, cells.j,
        areas.area_id, st_area(cells.geom) / 1e6, cells.geom, st_centroid(cells.geom)
    from geo.forces, lateral st_hexagongrid(123.5, forces.geom) as cells
    inner join geo.areas
        on areas.area_set = 'halves'
        and st_contains(areas.geom, st_centroid(cells.geom));
    insert into geo.institutions
    select 'general', 'testshire', 'Testshire General', 'hospital', 'made up', 100,
        st_buffer(st_setsrid(st_makepoint(451800, 200800), 27700), 100);
"""


@dataclass(frozen=True)
class Row:
    """One row of a street file; `east` and `north` are metres in the square."""

    crime_id: str | None
    east: float | None = 300
    north: float | None = 500
    location: str = "On or near High Street"
    lsoa_code: str | None = "E01000001"
    crime_type: str = VIOLENCE
    outcome: str | None = "Under investigation"

    def but(self, **changes) -> Row:
        """The same row with changes."""
        return replace(self, **changes)


def asb(east: float, north: float) -> Row:
    """A row of anti-social behaviour: no id, no outcome."""
    return Row(None, east, north, crime_type=ASB, outcome=None)


def build_ground(connection: psycopg.Connection) -> None:
    """Fill `geo` with the made-up force."""
    connection.execute(GROUND)


def deliver(connection: psycopg.Connection, files: dict[tuple[str, str], list]) -> int:
    """Land a delivery of `{(month 'YYYY-MM', kind): rows}`; returns its load id.

    Rows of kind street are `Row`s; of kind outcomes `(crime id, outcome)`.
    """
    total = sum(len(rows) for rows in files.values())
    with connection.transaction():
        (load_id,) = connection.execute(
            "insert into ops.deliveries (delivery_id, source, delivery, kind, state,"
            " received_at, landed_at, rows_read, rows_landed, seconds)"
            " values (md5(random()::text), 'police_uk', 'made up', 'full', 'landed',"
            " now(), now(), %s, %s, 0) returning load_id",
            (total, total),
        ).fetchone()
        for (month, kind), rows in files.items():
            _deliver_file(
                connection, load_id, date.fromisoformat(f"{month}-01"), kind, rows
            )
    return load_id


def withdraw(connection: psycopg.Connection, load_id: int) -> None:
    """Take a delivery back: its rows and its entry."""
    with connection.transaction():
        for table in ("street", "outcomes", "stop_search"):
            connection.execute(
                f"delete from raw.police_uk_{table} where load_id = %s", (load_id,)
            )
        connection.execute("delete from ops.deliveries where load_id = %s", (load_id,))


def crime_id(number: int) -> str:
    """An id as the publisher makes them: 64 hexadecimal digits."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def _deliver_file(connection, load_id: int, month: date, kind: str, rows: list) -> None:
    (file_id,) = connection.execute(
        "insert into ops.delivery_files (load_id, file, kind, force, month, sha256,"
        " bytes, encoding, rows_read, rows_landed, rows_quarantined)"
        " values (%s, %s, %s, %s, %s, '', 0, 'utf-8', %s, %s, 0) returning file_id",
        (load_id, f"{month:%Y-%m}-{kind}", kind, FORCE, month, len(rows), len(rows)),
    ).fetchone()
    with connection.cursor() as cursor:
        for number, row in enumerate(rows, start=1):
            place = (load_id, file_id, number)
            if kind == "outcomes":
                cursor.execute(
                    "insert into raw.police_uk_outcomes (load_id, file_id, row_number,"
                    " crime_id, month, outcome_type) values (%s, %s, %s, %s, %s, %s)",
                    (*place, row[0], f"{month:%Y-%m}", row[1]),
                )
            else:
                keys = dict(zip(("load", "file", "row"), place, strict=True))
                cursor.execute(
                    STREET_ROW, {**vars(row), **keys, "month": f"{month:%Y-%m}"}
                )


STREET_ROW = """
    insert into raw.police_uk_street (load_id, file_id, row_number, crime_id, month,
        location, lsoa_code, crime_type, last_outcome_category, longitude, latitude)
    select %(load)s, %(file)s, %(row)s, %(crime_id)s, %(month)s, %(location)s,
        %(lsoa_code)s, %(crime_type)s, %(outcome)s, round(st_x(geom)::numeric, 6),
        round(st_y(geom)::numeric, 6)
    from (
        select st_transform(
            st_setsrid(
                st_makepoint(
                    450000 + %(east)s::double precision,
                    200000 + %(north)s::double precision
                ),
                27700
            ),
            4326
        ) as geom
    ) as point
"""
