"""The ground of three forces in a real PostGIS: totals, places, areas, hexagons."""

from __future__ import annotations

import pytest

from rasure import geography
from tests.integration.geography_fixtures import INSTITUTION_AREAS, one, three_forces

PUBLISHED_KM2 = {
    "Aylesbury Vale": 903,
    "Bracknell & Wokingham": 288,
    "Cherwell & West Oxfordshire": 1303,
    "Chiltern & South Bucks": 338,
    "Milton Keynes": 309,
    "Oxford": 46,
    "Reading": 40,
    "Slough": 33,
    "South Oxfordshire & Vale of White Horse": 1257,
    "West Berkshire": 704,
    "Windsor & Maidenhead": 198,
    "Wycombe": 325,
}


@pytest.fixture(scope="module")
def ground(cluster):
    with three_forces(cluster) as connection:
        yield connection


def test_force_area_is_the_published_one(ground):
    # 5,742 km2 is published; the generalised polygons may differ by a thousandth.
    area = one(ground, "select area_km2 from geo.forces where force = 'thames-valley'")
    assert area == pytest.approx(5742, rel=0.001)


@pytest.mark.parametrize(
    ("area_set", "areas"), [("lpa12", 12), ("lpa11", 11), ("lcu5", 5)]
)
def test_areas_are_the_16_districts_exactly(ground, area_set, areas):
    total, count, union_km2 = ground.execute(
        "select sum(st_area(geom)) / 1e6, count(*), st_area(st_union(geom)) / 1e6"
        " from geo.areas where force = 'thames-valley' and area_set = %s",
        (area_set,),
    ).fetchone()
    force_km2 = one(
        ground, "select area_km2 from geo.forces where force = 'thames-valley'"
    )
    assert count == areas
    assert total == pytest.approx(force_km2, abs=1e-4)
    assert union_km2 == pytest.approx(force_km2, abs=1e-4)
    hexagon_ids = [
        code
        for (code,) in ground.execute(
            "select district_code from geo.area_districts"
            " inner join geo.areas using (area_id) where area_set = %s",
            (area_set,),
        )
    ]
    own = [
        code
        for (code,) in ground.execute(
            "select district_code from geo.districts where force = 'thames-valley'"
        )
    ]
    assert len(own) == 16
    assert sorted(hexagon_ids) == sorted(own)


def test_the_twelve_areas_have_their_published_sizes(ground):
    areas_km2 = dict(
        ground.execute(
            "select area, st_area(geom) / 1e6 from geo.areas where area_set = 'lpa12'"
        ).fetchall()
    )
    assert set(areas_km2) == set(PUBLISHED_KM2)
    for area, published in PUBLISHED_KM2.items():
        # LSOAs generalised to 200 m: a kilometre of ground, or 1% of a wide area
        assert areas_km2[area] == pytest.approx(published, rel=0.01, abs=1), area


def test_every_lsoa_of_the_force_is_in_one_area_of_each_set(ground):
    rows = ground.execute(
        "select area_set, count(*), count(distinct lsoa_code) from geo.area_lsoas"
        " inner join geo.areas using (area_id)"
        " where force = 'thames-valley' and vintage = 2011 group by area_set"
    ).fetchall()
    assert sorted(rows) == [
        ("lcu5", 1415, 1415),
        ("lpa11", 1415, 1415),
        ("lpa12", 1415, 1415),
    ]


def test_hexagons_are_those_of_the_force(ground):
    count, mean, areas = ground.execute(
        "select count(*), avg(area_km2), count(distinct area_id) from geo.hexagons"
        " where force = 'thames-valley'"
    ).fetchone()
    assert count == pytest.approx(145_000, rel=0.002)
    assert mean == pytest.approx(0.0396, abs=0.0001)
    assert areas == 12


def test_hexagon_is_named_by_its_place_in_a_fixed_grid(ground):
    wrong = one(
        ground,
        "select count(*) from geo.hexagons where not st_equals(geom,"
        " st_setsrid(st_hexagon(123.5, i, j), 27700))"
        " or hexagon_id <> force || ':' || i || ':' || j",
    )
    assert wrong == 0


def test_every_hexagon_lies_in_the_area_it_names(ground):
    wrong = one(
        ground,
        "select count(*) from geo.hexagons inner join geo.areas using (area_id)"
        " where not st_intersects(areas.geom, hexagons.centroid)"
        " or areas.force <> hexagons.force",
    )
    assert wrong == 0
    strays = one(
        ground,
        "select count(*) from geo.hexagons left join geo.areas using (area_id)"
        " where areas.area_id is null",
    )
    assert strays == 0


def test_no_ground_of_the_force_is_without_a_hexagon(ground):
    for force, area in ground.execute("select force, area_km2 from geo.forces"):
        covered = one(
            ground, "select sum(area_km2) from geo.hexagons where force = %s", force
        )
        slack = 0.05 if area < 10 else 0.001  # a small force is mostly border
        assert covered == pytest.approx(area, rel=slack), force


def test_grid_and_degrees_meet_at_the_control_point(ground):
    # John Radcliffe Hospital: 51.7638, -1.2197 is 453947, 207523
    metres = one(
        ground,
        "select st_distance(st_transform(st_setsrid(st_point(-1.2197, 51.7638), 4326),"
        " 27700), st_setsrid(st_point(453947, 207523), 27700))",
    )
    assert metres < 5
    back = one(
        ground,
        "select st_distance(st_transform(st_setsrid(st_point(453947, 207523), 27700),"
        " 4326)::geography, st_setsrid(st_point(-1.2197, 51.7638), 4326)::geography)",
    )
    assert back < 5


def test_every_institution_stands_in_its_area(ground):
    institution_areas = ground.execute(
        "select name, area from geo.institutions inner join geo.areas"
        " on areas.force = institutions.force and areas.area_set = 'lpa12'"
        " and st_contains(areas.geom, st_centroid(institutions.geom))"
    ).fetchall()
    assert sorted(institution_areas) == sorted(INSTITUTION_AREAS.items())


def test_an_institution_reaches_as_far_as_its_table_says(ground):
    rows = ground.execute(
        "select kind, radius_m, round(sqrt(st_area(geom) / pi())) from geo.institutions"
        " where force = 'thames-valley' group by 1, 2, 3 order by 1, 2"
    ).fetchall()
    assert [(kind, radius) for kind, radius, _ in rows] == [
        ("hospital", 100),  # at the publisher's own point
        ("hospital", 250),
        ("prison", 300),
    ]
    for _, radius, drawn in rows:
        assert drawn == pytest.approx(radius, abs=5)


def test_neighbours_are_kept_to_a_kilometre(ground):
    furthest = one(
        ground,
        "select max((select min(st_distance(lsoas.geom, forces.geom)) from geo.forces))"
        " from geo.lsoas where vintage = 2011",
    )
    assert 0 <= furthest <= 1000
    strangers = one(
        ground,
        "select count(distinct force) from geo.lsoas"
        " where force not in (select force from geo.forces)",
    )
    assert strangers >= 9  # Thames Valley alone has nine neighbours


def test_all_2011_codes_are_known_so_that_a_vintage_can_be_told(ground):
    assert one(ground, "select count(*) from geo.lsoa11_codes") == 34_753
    assert (
        one(ground, "select count(*) from geo.lsoa11_codes where lsoa_code ~ '^W'")
        == 1909
    )


@pytest.mark.parametrize(
    ("force", "km2", "areas"),
    [("city-of-london", 2.9, 1), ("west-yorkshire", 2029, 5)],
)
def test_any_other_force_is_counted_by_district(ground, force, km2, areas):
    area_km2, area_set = ground.execute(
        "select area_km2, default_area_set from geo.forces"
        " inner join geo.force_settings using (force) where force = %s",
        (force,),
    ).fetchone()
    assert area_set == "district"
    assert area_km2 == pytest.approx(km2, rel=0.04)
    assert (
        one(ground, "select count(*) from geo.areas where force = %s", force) == areas
    )
    outside = one(
        ground,
        "select count(*) from geo.institutions inner join geo.forces using (force)"
        " where force = %s and not st_contains(forces.geom, st_centroid("
        " institutions.geom))",
        force,
    )
    assert outside == 0


def test_geometry_is_valid_everywhere(ground):
    for table in ("forces", "lsoas", "districts", "areas", "hexagons", "institutions"):
        query = f"select count(*) from geo.{table} where not st_isvalid(geom)"
        assert one(ground, query) == 0, table


def test_is_built_tells_a_force_that_is_there(ground):
    assert geography.is_built(ground, "west-yorkshire")
    assert not geography.is_built(ground, "kent")


def test_ground_of_a_force_that_no_table_knows_stands(ground):
    with ground.transaction(force_rollback=True):
        ground.execute(
            "insert into geo.forces (force, force_name, area_km2, geom)"
            " select 'testshire', 'Testshire', area_km2, geom from geo.forces limit 1"
        )
        assert geography.is_built(ground, "testshire")
