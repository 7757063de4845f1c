"""Patrol zones in a warehouse: drawn with the designation, kept, scored."""

import json

import geopandas
import pytest
import typer
from typer.testing import CliRunner

from rasure import geography
from rasure.places import commands, designate
from rasure.places.definition import Definition, ZoneDefinition
from rasure.places.errors import NoPlaces, NoStreets
from rasure.places.zones import designated
from tests.integration.places_fixtures import force, warehouse
from tests.integration.zones_fixtures import TRAIN, plant, streets, town

__all__ = ["force", "streets", "town", "warehouse"]

COVERAGE = Definition.load(coverage_percent=1.0)
ASKED = ["--train", "2024-01:2024-04", "--test", "2024-05:2024-06", "--coverage", "1"]


def run(*words):
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)
    return CliRunner().invoke(app, ["places", *words])


def test_zones_come_with_a_designation_where_streets_are_loaded(
    warehouse, town, streets
):
    designation = designate(warehouse, town.name, definition=COVERAGE)
    zones = warehouse.execute(
        "select zone_name, hot_spot_id, length_m, walk_minutes, links, events, "
        "area_km2, st_area(geom) / 1e6, st_length(streets_geom) "
        "from places.patrol_zones order by rank"
    ).fetchall()
    assert len(zones) >= 5
    name, hot_spot_id, length_m, minutes, links, events, area, ground, lines = zones[0]
    assert name.startswith("Street 10 between Avenue 1")
    assert hot_spot_id == designation.hot_spots[0].hot_spot_id
    assert links == round(length_m / 150)
    assert minutes == pytest.approx(2 * length_m / 1.2 / 60)
    assert area == pytest.approx(ground)
    assert lines == pytest.approx(length_m)
    assert 0 < events <= designation.crimes_total
    rules = warehouse.execute(
        "select (select max(walk_minutes) <= 15 from places.patrol_zones), "
        "(select count(*) = count(distinct link_id) from places.zone_links), "
        "(select events = (select sum(events) from places.zone_links) "
        "    and events <= events_total from places.zone_sets), "
        "(select bool_and(st_geometrytype(ground) = 'ST_Polygon') from ("
        "    select st_union(st_buffer(geom, 0.1)) as ground from places.zone_links "
        "    group by zone_id) as walked)"
    ).fetchone()
    assert rules == (True, True, True, True)


def test_a_designation_goes_with_its_zones(warehouse, town, streets):
    designate(warehouse, town.name, definition=COVERAGE)
    warehouse.execute("delete from places.designations")
    for table in ("zone_sets", "patrol_zones", "zone_links"):
        left = warehouse.execute(f"select count(*) from places.{table}").fetchone()
        assert left == (0,)


def test_without_streets_a_designation_has_no_zones(warehouse, town):
    designate(warehouse, town.name, definition=COVERAGE)
    assert warehouse.execute("select count(*) from places.zone_sets").fetchone() == (0,)
    with pytest.raises(NoStreets, match="rasure geography load streets FILE --force"):
        designated.draw(warehouse, town.name)


def test_zones_need_a_designation(warehouse, town, streets):
    with pytest.raises(NoPlaces, match="No designation of 'borchester' \\(night\\)"):
        designated.draw(warehouse, town.name, "night")


def test_the_same_zones_again_change_nothing_and_other_figures_replace_them(
    warehouse, town, streets
):
    designate(warehouse, town.name, definition=COVERAGE)
    drawn = "select drawn_at, zones from places.zone_sets"
    before = warehouse.execute(drawn).fetchall()
    assert not designated.draw(warehouse, town.name).is_new
    assert warehouse.execute(drawn).fetchall() == before
    shorter = ZoneDefinition.load(walk_minutes=6)
    assert not designated.draw(warehouse, town.name, "all", shorter, False).is_new
    assert designated.draw(warehouse, town.name, "all", shorter).is_new
    longest = warehouse.execute("select max(walk_minutes) from places.patrol_zones")
    assert longest.fetchone()[0] <= 6


def test_crimes_at_institutions_and_after_the_data_draw_nothing(
    warehouse, town, streets
):
    designate(warehouse, town.name, definition=COVERAGE)
    before = designated.draw(warehouse, town.name, keep=False)
    plant(town, 1501, 1505, TRAIN, 50, is_at_institution=True)
    plant(town, 1502, 1505, ["2024-07"], 50)
    after = designated.draw(warehouse, town.name, keep=False)
    assert after.content_id == before.content_id
    assert after.events_total == before.events_total == 6 * (3 + 4 + 5) * 3 + 6 * 40


def test_the_night_has_zones_of_its_own(warehouse, town, streets):
    plant(town, 4550, 4503, TRAIN, 4, patrol_window="night")
    designate(warehouse, town.name, definition=COVERAGE, patrol_window="night")
    (found,) = designated.draw(warehouse, town.name, "night", keep=False).zones
    assert (found.events, found.zone_name[:10]) == (16, "Street 30 ")


def test_zones_catch_more_per_km2_than_hexagons_on_the_hold_out(
    warehouse, town, streets
):
    result = run("zones", "evaluate", *ASKED, "--draws", "200", "--json")
    assert result.exit_code == 0, result.output
    zones, hexagons, alike = json.loads(result.output)
    assert [row["method"] for row in (zones, hexagons, alike)] == [
        "patrol_zones",
        "hexagons",
        "hexagons_same_area",
    ]
    assert hexagons["events_test"] == 2 * (3 + 4 + 5) * 3 + 2 * 40
    assert zones["area_km2"] <= alike["area_km2"] <= hexagons["area_km2"]
    for row in (zones, hexagons, alike):
        for period in ("train", "test"):
            name = f"crimes_per_km2_{period}"
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
            expected = row[f"events_captured_{period}"] / row["area_km2"]
            assert row[name] == pytest.approx(expected)
    assert zones["ratio_to_hexagons_test_low"] > 1
    assert hexagons["ratio_to_hexagons_test"] == 1
    assert zones["crimes_per_km2_test"] > alike["crimes_per_km2_test"]
    kept = warehouse.execute("select method from places.evaluations order by 1")
    assert {method for (method,) in kept} == {
        "patrol_zones",
        "hexagons",
        "hexagons_same_area",
    }


def test_zones_are_evaluated_only_where_streets_are_loaded(warehouse, town, streets):
    """The hottest place of all lies where no street is loaded, and is left out."""
    plant(town, 5000, 1000, [*TRAIN, "2024-05", "2024-06"], 30)
    warehouse.execute(
        "delete from geo.street_links where st_distance(geom, st_setsrid(st_point("
        "455000, 201000), 27700)) < 400"
    )
    result = run("zones", "evaluate", *ASKED, "--draws", "20", "--json")
    assert result.exit_code == 0, result.output
    zones, hexagons, alike = json.loads(result.output)
    # Without its 60 crimes, and those of lone places around it.
    within = 2 * (3 + 4 + 5) * 3 + 2 * 40
    assert within - 4 <= hexagons["events_test"] <= within
    (all_km2,) = warehouse.execute("select sum(area_km2) from geo.hexagons").fetchone()
    assert all_km2 - 1 < zones["streets_km2"] < all_km2 - 0.3
    assert alike["area_km2"] - zones["area_km2"] < 0.04
    warehouse.execute("delete from geo.street_links")
    refused = run("zones", "evaluate", *ASKED)
    assert "No hot place of 'borchester' lies on the streets" in str(refused.exception)


def test_the_commands_print_tables(warehouse, town, streets):
    run("designate", "--coverage", "1")
    shown = " ".join(run("zones", "draw", town.name).output.split())
    assert "Street 10 between Avenue" in shown
    assert "Nothing changed." in shown
    row = json.loads(run("zones", "draw", town.name, "--no-keep", "--json").output)
    assert row["events"] == sum(zone["events"] for zone in row["zones"])
    table = " ".join(run("zones", "evaluate", *ASKED, "--draws", "20").output.split())
    assert "hexagons of the same ground" in table
    assert "hold-out" in table
    same = ["zones", "evaluate", *ASKED, "--draws", "20", "--json", "--seed", "2"]
    assert run(*same).output == run(*same).output


def test_zones_of_a_real_network_keep_the_rules(warehouse, force, shared):
    """Crimes planted on real streets: connected, walkable, no link twice, named."""
    path = shared / "osm" / "north_reading_roads_edges.geojson"
    if not path.exists():
        pytest.skip(f"needs {path}")
    warehouse.execute("delete from geo.hexagons")
    corner = warehouse.execute(
        "select st_x(geom), st_y(geom) from (select st_transform("
        "st_setsrid(st_point(-0.9750, 51.4550), 4326), 27700) as geom) as corner"
    ).fetchone()
    warehouse.execute(
        "update geo.forces set geom = st_multi(st_makeenvelope("
        "%(x)s - 3000, %(y)s - 3000, %(x)s + 3000, %(y)s + 3000, 27700))",
        {"x": corner[0], "y": corner[1] + 3000},
    )
    warehouse.execute(
        "insert into geo.hexagons (hexagon_id, force, i, j, area_id, area_km2, geom, "
        "centroid) select concat_ws(':', force, grid.i, grid.j), force, i, j, "
        "'area', st_area(grid.geom) / 1e6, grid.geom, st_centroid(grid.geom) "
        "from geo.forces, st_hexagongrid(123.5, forces.geom) as grid"
    )
    geography.load_streets(warehouse, path, force.name)
    warehouse.execute(
        "with places as ("
        " insert into core.dim_place (place_id, force, hexagon_id, street_name, geom)"
        " select gen_random_uuid(), links.force, hexagon_id, 'x',"
        " st_lineinterpolatepoint(links.geom, 0.4)"
        " from geo.street_links as links inner join geo.hexagons on st_intersects("
        " st_lineinterpolatepoint(links.geom, 0.4), hexagons.geom)"
        " where ('x' || left(link_id, 4))::bit(16)::int % 7 = 0 returning *)"
        " insert into core.fct_crime (crime_key, force, month, place_id, hexagon_id,"
        " harm_days, is_serious_violence, is_police_generated, is_at_institution,"
        " is_located) select gen_random_uuid(), force, '2024-01-01', place_id,"
        " hexagon_id, 100, true, false, false, true from places,"
        " generate_series(0, ('x' || right(hexagon_id, 1))::bit(4)::int % 4)"
    )
    designate(warehouse, force.name, definition=COVERAGE)
    drawn = designated.draw(warehouse, force.name, keep=False)
    assert len(drawn.zones) >= 5
    used = [link.link_id for zone in drawn.zones for link in zone.links]
    assert len(used) == len(set(used))
    for zone in drawn.zones:
        assert zone.walk_minutes <= 15
        walked = geopandas.GeoSeries([link.line for link in zone.links])
        assert walked.buffer(0.1).union_all().geom_type == "Polygon"
    assert sum(zone.events for zone in drawn.zones) <= drawn.events_total
