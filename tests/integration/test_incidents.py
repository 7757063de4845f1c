"""A city that Rasure does not know comes in by a boundary, a grid and a mapping.

The city is invented, and lies on a grid whose coordinates are negative, in another
country's hours.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from rasure import geography, schema
from rasure.cli import app
from rasure.geography import grid
from rasure.landing import land
from rasure.landing.errors import FilesUnexpected, GateFailed
from rasure.settings import CHECKOUT
from rasure.sources import get
from rasure.sources.incidents.mapping import IncidentMappingWrong
from rasure.transform import pipeline
from tests.conftest import PARSED

KROVAK = 5514  # eastings and northings are negative
BRIDGE = (14.4114, 50.0865)  # in the north; where the violence is
MARKET = (14.4500, 50.0655)  # in the south
HEADER = ["No", "Secret note", "Kind", "When", "Until", "Told", "Lon", "Lat", "Street"]
HEADER += ["Spot", "Home", "Sealed"]
MAPPING = """
force = "pontis"
clock = "Europe/Prague"
times = ["%d.%m.%Y %H:%M", "%d.%m.%Y"]

[columns]
reference = "No"
crime_type = "Kind"
occurred_from = "When"
occurred_to = "Until"
reported_at = "Told"
x = "Lon"
y = "Lat"
place = "Street"
location_type = "Spot"
is_domestic = "Home"
is_restricted = "Sealed"

[crime_types]
"Stabbing" = {is_serious_violence = true, harm_days = 1460}
"Theft" = {harm_days = 2}

[location_types]
"square" = "street"
"ward" = "hospital"
"""


def crime(number: int, when: str, at=BRIDGE, **changes) -> dict[str, str]:
    """A stabbing at the bridge, or what the changes make of it."""
    lon, lat = at
    return {
        "No": f"A-{number}",
        "Secret note": "somebody's telephone, not to be read",
        "Kind": "STABBING ",
        "When": when,
        "Until": when,
        "Told": when,
        "Lon": f"{lon}",
        "Lat": f"{lat}",
        "Street": "Bridge Street" if at == BRIDGE else "Market",
        "Spot": "Square",
        "Home": "no",
        "Sealed": "",
        **changes,
    }


def year_of_crimes() -> list[dict[str, str]]:
    """Two stabbings at 23:40 and a theft each week, and one of each trap."""
    first = date(2024, 1, 1)
    rows = [
        crime(
            7 * week + number, f"{first + timedelta(7 * week + number):%d.%m.%Y} 23:40"
        )
        for week in range(52)
        for number in (4, 5)
    ]
    rows += [
        crime(
            1000 + week,
            f"{first + timedelta(7 * week):%d.%m.%Y} 00:00",
            MARKET,
            Kind="Theft",
        )
        for week in range(52)
    ]
    return [
        *rows,
        crime(2001, "30.02.2024 12:30", Told="01.03.2024 09:00"),  # no such day
        crime(2002, "05.05.2024", Told=""),  # neither hour nor report
        crime(2003, "06.05.2024 23:40", (14.42, 0.5)),  # nowhere near
        crime(2004, "07.05.2024 23:40", Lon="east"),
        crime(2005, "08.05.2024 23:40", Kind="Duel"),  # a type without figures
        crime(2006, "09.05.2024 23:40", Spot="ward"),
        crime(2007, "10.05.2024 23:40", Sealed="perhaps"),
        crime(2008, "11.05.2024 23:40", MARKET),  # and its correction:
        crime(2008, "11.05.2024 23:40", MARKET, Kind="Theft"),
        crime(2009, "12.05.2024 23:40", No=""),
        crime(2010, "13.05.2099 23:40"),  # to come
    ]


def table(rows: list[dict[str, str]]) -> str:
    """The rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def boundary(folder: Path) -> Path:
    """A city of two quarters, 4.3 by 4.5 km, in degrees."""
    quarters = []
    for name, south, north in (("Castle", 50.08, 50.1), ("New Town", 50.06, 50.08)):
        ring = [(14.4, south), (14.46, south), (14.46, north), (14.4, north)]
        quarters.append(
            {
                "type": "Feature",
                "properties": {"nr": 7, "quarter_name": name},
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            }
        )
    path = folder / "pontis.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": quarters}))
    return path


@pytest.fixture
def home(own_home: Path) -> Iterator[Path]:
    """A home with the mapping of the city."""
    (own_home / "incidents").mkdir(parents=True, exist_ok=True)
    (own_home / "incidents" / "pontis.toml").write_text(MAPPING)
    yield own_home
    # dbt reads its project again for another grid; the other tests keep theirs.
    (own_home / PARSED).unlink(missing_ok=True)


def rasure(*words: str) -> str:
    """What the command line says."""
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_city_comes_in_by_a_boundary_and_a_mapping(home, connection, tmp_path):
    def rows(query: str) -> list[tuple]:
        return connection.execute(query).fetchall()

    built = rasure(
        *("geography", "build", "pontis", "--boundary", str(boundary(tmp_path))),
        *("--srid", str(KROVAK), "--name", "Pontis City Guard"),
    )
    assert built.startswith(
        "Pontis City Guard (pontis): 19.1 km2 in EPSG:5514, 2 areas"
    )
    assert grid.srid(connection) == KROVAK
    assert rows("select area_id, area from geo.areas order by 1") == [
        ("pontis:area:castle", "Castle"),
        ("pontis:area:new-town", "New Town"),
    ]
    (tmp_path / "pontis-2024.csv").write_text(table(year_of_crimes()))
    landed = land("incidents", tmp_path / "pontis-2024.csv")
    assert (landed.rows_landed, landed.rows_quarantined) == (166, 1)
    assert landed.fields_emptied == 7
    said: list[str] = []
    pipeline.run(say=said.append)

    # Hot places: the cell of the bridge, which holds it though the grid is negative.
    from rasure.places import designation

    designation.designate(connection, "pontis")
    assert rows("select crimes, area, rank from marts.hot_places where rank = 1") == [
        (107, "Castle", 1)
    ]
    assert rows(
        "select count(*) from core.dim_place as places inner join geo.hexagons"
        " on places.hexagon_id = hexagons.hexagon_id"
        " where not st_intersects(hexagons.geom, places.geom)"
    ) == [(0,)]
    # Hot times: the hour of the city's own clock, in winter and in summer.
    assert rows(
        "select hour, sum(weight) from marts.hot_times where level = 'force'"
        " and weight > 0 group by 1"
    ) == [(23, 107)]
    # The page of crimes.
    assert rows(
        "select crime_type, is_time_known, count(*) from marts.crimes"
        " group by 1, 2 order by 1, 2"
    ) == [
        ("Duel", True, 1),
        ("STABBING", False, 3),
        ("STABBING", True, 107),
        ("Theft", False, 52),
        ("Theft", True, 1),
    ]
    assert rows(
        "select occurred_from is null, count(*) from marts.crimes"
        " where reported_at is null group by 1"
    ) == [(True, 1)]
    assert rows("select crimes, crimes_restricted from marts.restricted_crimes") == [
        (165, 1)
    ]
    # What is set aside is counted.
    assert rows(
        "select geocode_quality, count(*) from core.all_crimes"
        " where geocode_quality <> 'good' group by 1"
    ) == [("missing", 2)]
    assert rows(
        "select field, what, assumed, records from marts.values_not_understood"
    ) == [("crime_type", "DUEL", "no serious violence", 1)]
    assert any(
        "crime_type: 1 code without a term in 1 record." in line for line in said
    )
    assert rows(
        "select ids_doubled, rows_resolved from core.all_files"
        " where source = 'incidents'"
    ) == [(1, 1)]
    assert rows("select clock, data_from::text, data_to::text from core.dim_force") == [
        ("Europe/Prague", "2024-01-01", "2024-12-28")
    ]
    assert "telephone" not in str(rows("select * from raw.incidents"))


def test_a_later_file_corrects_a_crime(home, connection, tmp_path):
    geography.build_from_boundary(connection, "pontis", boundary(tmp_path), KROVAK)
    for name, kind in (("pontis-1.csv", "Stabbing"), ("pontis_2.csv", "Theft")):
        rows = [crime(1, "05.05.2024 23:40", Kind=kind), crime(2, "05.05.2024 23:40")]
        (tmp_path / name).write_text(table(rows))
        land("incidents", tmp_path / name)
    kinds = connection.execute("select crime_type from raw.incidents order by 1")
    assert len(kinds.fetchall()) == 4
    assert land("incidents", tmp_path / "pontis_2.csv").state == "known"


def test_a_table_without_a_mapping_is_refused(home, connection, tmp_path):
    (tmp_path / "atlantis-2024.csv").write_text(table(year_of_crimes()))
    with pytest.raises(FilesUnexpected, match="a force that is known"):
        land("incidents", tmp_path / "atlantis-2024.csv")
    text = table(year_of_crimes()).replace("Kind", "Category", 1)
    (tmp_path / "pontis.csv").write_text(text)
    with pytest.raises(GateFailed, match="Kind"):
        land("incidents", tmp_path / "pontis.csv")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('"Europe/Prague"', '"Prague"', "clock: expected a time zone"),
        ('reference = "No"\n', "", "columns.reference: it is required"),
        ('place = "Street"', 'street = "Street"', "columns.street: expected one of"),
        ('x = "Lon"\n', "", "columns: expected both x and y, or neither"),
        ('"square" = "street"', '"square" = "plaza"', "location_types.square: expect"),
        ('"%d.%m.%Y"]', '"%d.%m"]', "times: expected %Y, %m and %d"),
        ("is_serious_violence = true, ", "", "expected one that is serious violence"),
        ("harm_days = 2", "harm = 2", "unexpected keyword argument 'harm'"),
        ('"Theft" =', '"STABBING" =', "crime_types: expected each once"),
        ('force = "pontis"', 'force = "pontis"\ncrs = 4001', "crs: expected the EPSG"),
        ('force = "pontis"', 'force = "bridges"', "expected the name of the file"),
    ],
)
def test_a_mapping_at_fault_is_refused_by_its_place(home, before, after, words):
    path = home / "incidents" / "pontis.toml"
    path.write_text(MAPPING.replace(before, after, 1))
    with pytest.raises(IncidentMappingWrong) as refusal:
        get("incidents")
    assert str(refusal.value).startswith("pontis.toml: ")
    assert words in str(refusal.value)


def test_the_shipped_mappings_can_be_read(home):
    shipped = {path.stem for path in (CHECKOUT / "config" / "incidents").glob("*.toml")}
    assert shipped and shipped <= get("incidents").known_forces()


def build_fails(connection: psycopg.Connection, path: Path, code: int, force="pontis"):
    with pytest.raises(geography.GridRejected) as refusal:
        geography.build_from_boundary(connection, force, path, code)
    return str(refusal.value)


def test_a_grid_that_is_none_or_not_of_the_place_is_refused(connection, tmp_path):
    path = boundary(tmp_path)
    assert "is no grid in metres" in build_fails(connection, path, 4326)
    assert "is no grid in metres but in US survey foot" in build_fails(
        connection, path, 3435
    )
    assert "EPSG:27700 is for: United Kingdom" in build_fails(connection, path, 27700)
    assert "times as large as on the ground" in build_fails(connection, path, 3857)
    assert "There is no EPSG:1." in build_fails(connection, path, 1)
    assert grid.srid(connection) == grid.BRITISH


def test_a_warehouse_has_one_grid(connection, tmp_path):
    geography.build_from_boundary(connection, "pontis", boundary(tmp_path), KROVAK)
    assert build_fails(connection, boundary(tmp_path), 32633, "other").startswith(
        "This warehouse counts in EPSG:5514, on which pontis lies."
    )
    with pytest.raises(geography.GridRejected, match="lies on the British grid"):
        geography.build(connection, "city-of-london")
    connection.execute(
        "create table places.later (geom geometry (Point, 27700) not null)"
    )
    geography.align_grid(connection)
    kinds = connection.execute(
        "select distinct srid from geometry_columns"
        " inner join pg_tables on (schemaname, tablename) ="
        " (f_table_schema, f_table_name) where schemaname in ('geo', 'places')"
    ).fetchall()
    assert kinds == [(KROVAK,)]


def test_hexagons_keep_their_ids_when_the_ground_is_built_again(connection, tmp_path):
    ids = "select array_agg(hexagon_id order by hexagon_id) from geo.hexagons"
    schema.ensure(connection)
    geography.build_from_boundary(connection, "pontis", boundary(tmp_path), KROVAK)
    first = connection.execute(ids).fetchone()
    geography.build_from_boundary(connection, "pontis", boundary(tmp_path), KROVAK)
    assert connection.execute(ids).fetchone() == first
    assert 470 < len(first[0]) < 500


@pytest.mark.parametrize("force", ["Pontis", "new york", "thames-valley", "a--b"])
def test_a_name_that_cannot_be_is_refused(connection, tmp_path, force):
    with pytest.raises(geography.ForceNameRejected):
        geography.build_from_boundary(connection, force, boundary(tmp_path), KROVAK)
