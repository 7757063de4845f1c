"""A street network comes in as its publisher gives it, or is refused with a reason."""

from __future__ import annotations

import json

import geopandas
import pytest
from shapely.geometry import LineString, Point
from typer.testing import CliRunner

from rasure import geography
from tests import streets
from tests.integration.geography_fixtures import command_line, one
from tests.integration.places_fixtures import force, warehouse

__all__ = ["force", "warehouse"]

LINKS = 17  # of the grid of 4 x 3 junctions


def load(force, frame, path):
    frame.to_file(path, **({"layer": "road_link"} if path.suffix == ".gpkg" else {}))
    return geography.load_streets(force.connection, path, force.name)


def stored(connection):
    return connection.execute(
        "select name, from_node, to_node from geo.street_links order by link_id"
    ).fetchall()


@pytest.mark.parametrize(
    ("publisher", "file", "file_format"),
    [
        (streets.open_roads, "roads.gpkg", "os_open_roads"),
        (streets.openstreetmap, "roads.geojson", "openstreetmap"),
        (streets.openstreetmap, "roads.gpkg", "openstreetmap"),
        (streets.edges, "roads.geojson", "edges"),
    ],
)
def test_each_publishers_file_gives_the_same_network(
    warehouse, force, tmp_path, publisher, file, file_format
):
    loaded = load(force, publisher(), tmp_path / file)
    # Where two nameless edges meet and nothing else, at a corner, is no junction.
    corners = 4 if file_format == "edges" else 0
    assert (loaded.file_format, loaded.outside) == (file_format, 0)
    assert loaded.links == LINKS - corners
    assert loaded.length_km == pytest.approx(1.7, abs=0.001)
    nodes = one(
        warehouse,
        "select count(distinct node) from geo.street_links, "
        "unnest(array[from_node, to_node]) as node",
    )
    assert nodes == 12 - corners
    junctions = one(
        warehouse,
        "select count(*) from geo.street_links where st_length(geom) - length_m > 1e-6",
    )
    assert junctions == 0
    named = one(warehouse, "select count(distinct name) from geo.street_links")
    assert named == (0 if file_format == "edges" else 7)


def test_the_layer_of_road_links_is_found_among_others(warehouse, force, tmp_path):
    path = tmp_path / "roads.gpkg"
    nodes = geopandas.GeoDataFrame({"id": [1]}, geometry=[Point(0, 0)], crs=27700)
    nodes.to_file(path, layer="road_node")
    streets.open_roads().to_file(path, layer="road_link")
    loaded = geography.load_streets(warehouse, path, force.name)
    assert loaded.links == LINKS


def test_the_same_streets_again_change_nothing(warehouse, force, tmp_path):
    assert load(force, streets.open_roads(), tmp_path / "one.gpkg").is_new
    before = one(warehouse, "select loaded_at from geo.street_networks")
    shuffled = streets.open_roads().sample(frac=1, random_state=3)
    assert not load(force, shuffled, tmp_path / "other.gpkg").is_new
    assert one(warehouse, "select loaded_at from geo.street_networks") == before
    assert len(stored(warehouse)) == LINKS


def test_other_streets_replace_them_whole(warehouse, force, tmp_path):
    load(force, streets.open_roads(), tmp_path / "one.gpkg")
    assert load(force, streets.open_roads(2, 2), tmp_path / "other.gpkg").is_new
    assert len(stored(warehouse)) == 4
    assert one(warehouse, "select links from geo.street_networks") == 4


def test_streets_far_from_the_force_are_left_out(warehouse, force, tmp_path):
    frame = streets.open_roads()
    frame.loc[0, "geometry"] = LineString([(600000, 300000), (600100, 300000)])
    loaded = load(force, frame, tmp_path / "roads.gpkg")
    assert loaded.links == LINKS - 1


def test_unpatrollable_streets_are_flagged(warehouse, force, tmp_path):
    frame = streets.open_roads(
        road_function="A Road", form_of_way="Dual Carriageway", trunk_road=True
    )
    assert load(force, frame, tmp_path / "roads.gpkg").unpatrollable == LINKS
    reason = one(
        warehouse, "select distinct unpatrollable_reason from geo.street_links"
    )
    assert reason == "a trunk dual carriageway has no footway"


def refused(force, path, frame=None):
    if frame is not None:
        frame.to_file(path)
    with pytest.raises(geography.StreetFileRejected) as refusal:
        geography.load_streets(force.connection, path, force.name)
    assert one(force.connection, "select count(*) from geo.street_networks") == 0
    return str(refusal.value)


def test_a_file_of_something_else_is_refused_with_its_columns(force, tmp_path):
    frame = streets.open_roads()[["id", "geometry"]]
    message = refused(force, tmp_path / "rivers.gpkg", frame)
    assert message == (
        "rivers.gpkg is not a street network that Rasure reads. Expected OS Open Roads "
        "(columns form_of_way and road_function), OpenStreetMap (highway or fclass), "
        "or edges (u, v and length). Columns found: id."
    )


def test_a_file_that_is_no_map_is_refused(force, tmp_path):
    path = tmp_path / "roads.gpkg"
    path.write_text("not a map")
    assert "roads.gpkg cannot be read as streets." in refused(force, path)
    assert "There is no file" in refused(force, tmp_path / "absent.gpkg")


def test_rows_without_a_line_are_refused(force, tmp_path):
    frame = streets.open_roads()
    frame.loc[3, "geometry"] = Point(streets.WEST, streets.SOUTH)
    message = refused(force, tmp_path / "roads.geojson", frame)
    assert "has 1 rows without a line" in message


def test_lengths_that_are_not_metres_are_refused(force, tmp_path):
    frame = streets.open_roads(length=0.1)
    message = refused(force, tmp_path / "roads.gpkg", frame)
    assert message.startswith("100% of the lengths stated in roads.gpkg are not those")


def test_a_network_of_elsewhere_is_refused(force, tmp_path):
    frame = streets.open_roads()
    frame["geometry"] = frame.translate(100000, 100000)
    message = refused(force, tmp_path / "roads.gpkg", frame)
    assert message.startswith("roads.gpkg has no street in borchester.")


def test_a_file_without_a_coordinate_system_is_refused(force, tmp_path):
    frame = streets.open_roads().set_crs(None, allow_override=True)
    message = refused(force, tmp_path / "roads.gpkg", frame)
    assert "does not state its coordinate system" in message


def test_the_ground_is_needed_first(warehouse, tmp_path):
    with pytest.raises(geography.ForceNotBuilt, match="rasure geography build kent"):
        geography.load_streets(warehouse, tmp_path / "roads.gpkg", "kent")


def test_the_command_loads_streets_and_says_what(warehouse, force, tmp_path):
    path = tmp_path / "roads.gpkg"
    streets.open_roads().to_file(path, layer="road_link")
    ask = ["geography", "load", "streets", str(path)]
    result = CliRunner().invoke(command_line(), [*ask, "--force", "borchester"])
    assert result.output.splitlines() == [
        "borchester: 17 street links, 1.7 km (os_open_roads), 0 of them not to be "
        "patrolled on foot, 0 left out as far from the force. Loaded."
    ]
    again = CliRunner().invoke(
        command_line(), [*ask, "--force", "borchester", "--json"]
    )
    assert json.loads(again.output)["is_new"] is False
    unsaid = CliRunner().invoke(command_line(), ask)
    assert unsaid.exit_code == 2
    assert "say whose streets they are" in unsaid.output


def test_a_real_network_is_connected(warehouse, force, shared):
    path = shared / "osm" / "north_reading_roads_edges.geojson"
    if not path.exists():
        pytest.skip(f"needs {path}")
    warehouse.execute(
        "update geo.forces set geom = "
        "st_multi(st_makeenvelope(460000, 160000, 480000, 190000, 27700))"
    )
    loaded = geography.load_streets(warehouse, path, force.name)
    assert loaded.links > 3000
    lone = one(
        warehouse,
        "with ends as (select link_id, unnest(array[from_node, to_node]) as node "
        "from geo.street_links), degrees as (select node, count(*) as links from ends "
        "group by node) select avg((links = 1)::int) from degrees",
    )
    assert lone < 0.4
