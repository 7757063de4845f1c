"""The 2021 boundaries: any readable file, linked whichever comes first."""

from __future__ import annotations

import csv

import geopandas
import pytest
from shapely.geometry import Point, box
from typer.testing import CliRunner

from rasure import geography
from rasure.geography import lsoa21
from tests.integration.geography_fixtures import (
    command_line,
    one,
    scratch_warehouse,
)

LONDON = "city-of-london"
GUILDHALL = (532500, 181400)  # easting, northing: in the City of London
FAR_AWAY = (300000, 90000)  # in Devon, which no test builds


def squares(*corners: tuple[int, int], **columns) -> geopandas.GeoDataFrame:
    """100 m squares at `corners` with codes that only 2021 has."""
    codes = [f"E0109999{number}" for number in range(len(corners))]
    return geopandas.GeoDataFrame(
        columns or {"LSOA21CD": codes, "LSOA21NM": [f"New {code}" for code in codes]},
        geometry=[box(e, n, e + 100, n + 100) for e, n in corners],
        crs=27700,
    )


@pytest.fixture(scope="module")
def warehouse(cluster):
    with scratch_warehouse(cluster) as connection:
        geography.build(connection, LONDON)
        yield connection


@pytest.fixture
def london(warehouse):
    yield warehouse
    warehouse.rollback()
    warehouse.execute("delete from geo.lsoas where vintage = 2021")
    warehouse.execute("delete from geo.area_lsoas where vintage = 2021")
    warehouse.commit()


def links(connection):
    return connection.execute(
        "select lsoa_code, lsoa_name, district_name, lsoas.force, area from geo.lsoas"
        " left join geo.area_lsoas using (lsoa_code, vintage)"
        " left join geo.areas using (area_id) where vintage = 2021 order by 1"
    ).fetchall()


EXPECTED = [
    ("E01099990", "New E01099990", "City of London", LONDON, "City of London"),
    ("E01099991", "New E01099991", None, None, None),
]


@pytest.mark.parametrize("name", ["new.gpkg", "new.geojson", "new.shp.zip"])
def test_any_readable_file_is_loaded_and_linked(london, tmp_path, name):
    squares(GUILDHALL, FAR_AWAY).to_file(tmp_path / name)
    assert geography.load_lsoa21(london, tmp_path / name) == 2
    assert links(london) == EXPECTED


def test_the_order_of_build_and_load_does_not_matter(london, tmp_path):
    path = tmp_path / "new.gpkg"
    squares(GUILDHALL, FAR_AWAY).to_file(path)
    london.execute("delete from geo.forces")
    london.execute("delete from geo.lsoas")
    geography.load_lsoa21(london, path)
    assert [row[3] for row in links(london)] == [None, None]
    geography.build(london, LONDON)
    assert links(london) == EXPECTED


def test_loading_again_moves_what_has_moved(london, tmp_path):
    path = tmp_path / "new.gpkg"
    squares(GUILDHALL, FAR_AWAY).to_file(path)
    geography.load_lsoa21(london, path)
    squares(FAR_AWAY, GUILDHALL).to_file(path)
    geography.load_lsoa21(london, path)
    assert [row[3:] for row in links(london)] == [
        (None, None),
        (LONDON, "City of London"),
    ]


def test_ground_mostly_outside_what_is_known_is_not_linked(london, tmp_path):
    # 20 km square over the City: the City and its neighbours hold a small part of it
    wide = squares(GUILDHALL)
    wide.geometry = [box(522500, 171400, 542500, 191400)]
    wide.to_file(tmp_path / "wide.gpkg")
    geography.load_lsoa21(london, tmp_path / "wide.gpkg")
    assert [row[3] for row in links(london)] == [None]


def test_broken_shapes_are_mended(london, tmp_path):
    bow_tie = squares(GUILDHALL)
    e, n = GUILDHALL
    bow_tie.geometry = geopandas.GeoSeries.from_wkt(
        [f"POLYGON(({e} {n},{e + 99} {n + 99},{e + 99} {n},{e} {n + 99},{e} {n}))"],
        crs=27700,
    )
    bow_tie.to_file(tmp_path / "bow.gpkg")
    geography.load_lsoa21(london, tmp_path / "bow.gpkg")
    assert one(london, "select bool_and(st_isvalid(geom)) from geo.lsoas")
    assert [row[3] for row in links(london)] == [LONDON]


@pytest.mark.filterwarnings("ignore:.crs. was not provided")
@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            squares(GUILDHALL, name=["A"], code=["E09000001"]),
            "Columns found: name, code",
        ),
        (squares(GUILDHALL, LSOA11CD=["E01000001"]), "holds the LSOAs of 2011"),
        (
            squares(GUILDHALL, FAR_AWAY, lsoa=["E01000001"] * 2),
            "1 codes more than once",
        ),
        (squares(GUILDHALL).set_crs(None, allow_override=True), "coordinate system"),
        (squares(GUILDHALL).set_geometry([Point(1, 1)], crs=27700), "1 rows without a"),
        (squares(), "holds no shapes"),
    ],
)
def test_a_file_that_is_not_of_2021_is_refused_with_what_was_found(
    london, tmp_path, frame, message
):
    path = tmp_path / "wrong.shp"
    frame.to_file(path)
    with pytest.raises(geography.BoundaryFileRejected, match=message):
        geography.load_lsoa21(london, path)
    assert links(london) == []


def test_a_large_file_of_old_codes_only_is_refused(london, tmp_path):
    codes = [
        code
        for (code,) in london.execute(
            "select lsoa_code from geo.lsoa11_codes limit 600"
        )
    ]
    places = [(530000 + 100 * number, 180000) for number in range(600)]
    squares(*places, geocode=codes).to_file(tmp_path / "old.gpkg")
    with pytest.raises(geography.BoundaryFileRejected, match="every one is of 2011"):
        geography.load_lsoa21(london, tmp_path / "old.gpkg")


def test_a_file_that_is_none_is_refused(london, tmp_path):
    with pytest.raises(geography.BoundaryFileRejected, match="There is no file"):
        geography.load_lsoa21(london, tmp_path / "absent.geojson")
    (tmp_path / "text.geojson").write_text("not a map")
    with pytest.raises(geography.BoundaryFileRejected, match="cannot be read as"):
        geography.load_lsoa21(london, tmp_path / "text.geojson")


def test_code_column_named_for_2021_wins_over_an_older_one():
    frame = squares(GUILDHALL, LSOA11CD=["E01000001"], lsoa21_code=["E01099990"])
    assert lsoa21.code_column(frame, "file") == "lsoa21_code"


def test_command_loads_and_says_how_many_are_linked(london, tmp_path):
    squares(GUILDHALL, FAR_AWAY).to_file(tmp_path / "new.gpkg")
    london.commit()
    said = CliRunner().invoke(
        command_line(), ["geography", "load", "lsoa21", str(tmp_path / "new.gpkg")]
    )
    assert said.output == (
        "2 LSOAs of 2021 loaded from new.gpkg; 1 are linked to a force that is built.\n"
    )


def test_real_2021_lsoas_of_thames_valley_go_to_their_districts(london, shared):
    boundaries = shared / "boundaries/tvp_lsoa21.geojson"
    lookup = shared / "lookups/tvp_lsoa11_lsoa21_ltla22.csv"
    geography.build(london, "thames-valley")
    assert geography.load_lsoa21(london, boundaries) == 1485
    with lookup.open(encoding="utf-8-sig") as lines:
        expected = {
            row["lsoa21_code"]: row["ltla22_name"] for row in csv.DictReader(lines)
        }
    buckinghamshire = {"Aylesbury Vale", "Chiltern", "South Bucks", "Wycombe"}
    rows = {
        code: "Buckinghamshire" if district in buckinghamshire else district
        for code, district in london.execute(
            "select lsoa_code, district_name from geo.lsoas"
            " where vintage = 2021 and force = 'thames-valley'"
        )
    }
    assert rows == expected
    sets = london.execute(
        "select area_set, count(*), count(distinct lsoa_code) from geo.area_lsoas"
        " inner join geo.areas using (area_id) where vintage = 2021"
        " group by area_set order by area_set"
    ).fetchall()
    assert sets == [("lcu5", 1485, 1485), ("lpa11", 1485, 1485), ("lpa12", 1485, 1485)]
    london.execute("delete from geo.forces where force = 'thames-valley'")
    london.commit()
