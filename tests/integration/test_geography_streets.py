"""A street network comes in as its publisher gives it, or is refused with a reason."""

from __future__ import annotations

import json
import sqlite3
import struct

import geopandas
import pyproj
import pytest
import shapely
from shapely.geometry import LineString, Point, box
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


def openstreetmap_lines(kinds: dict[str, str], column: str) -> geopandas.GeoDataFrame:
    """A line for each name of `kinds`, as an export of OpenStreetMap has it."""
    return geopandas.GeoDataFrame(
        {"name": list(kinds), column: list(kinds.values())},
        geometry=[
            LineString([(streets.WEST, streets.SOUTH), (streets.WEST + 90, 202000)])
        ]
        * len(kinds),
        crs=27700,
    ).to_crs(4326)


def test_streets_are_found_among_buildings_railways_and_rivers(
    warehouse, force, tmp_path
):
    path = tmp_path / "export.gpkg"
    house = box(streets.WEST, streets.SOUTH, streets.WEST + 9, streets.SOUTH + 9)
    geopandas.GeoDataFrame(
        {"fclass": ["residential"]}, geometry=[house], crs=27700
    ).to_crs(4326).to_file(path, layer="land_use")
    geopandas.GeoDataFrame(
        {"fclass": ["crossing"]}, geometry=[house.centroid], crs=27700
    ).to_crs(4326).to_file(path, layer="points")
    openstreetmap_lines({"Line": "rail", "Tram": "tram"}, "fclass").to_file(
        path, layer="tracks"
    )
    openstreetmap_lines({"Brook": "stream"}, "fclass").to_file(path, layer="waters")
    ways = streets.openstreetmap().rename(columns={"highway": "fclass"})
    ways.to_file(path, layer="ways")
    loaded = geography.load_streets(warehouse, path, force.name)
    assert (loaded.layer, loaded.crs, loaded.links) == ("ways", "EPSG:4326", LINKS)
    assert loaded.left_out == {}


def test_one_layer_of_all_lines_gives_its_streets(warehouse, force, tmp_path):
    path = tmp_path / "lines.gpkg"
    ways = streets.openstreetmap()
    brook = openstreetmap_lines({"Brook": None, "Future": "platform"}, "highway")
    frame = geopandas.pd.concat([brook, ways], ignore_index=True)
    frame["highway"] = frame["highway"].replace("residential", "Residential; service")
    frame.to_file(path, layer="lines")
    loaded = geography.load_streets(warehouse, path, force.name)
    assert loaded.links == LINKS
    assert loaded.left_out == {"of no kind of street": 2}
    assert one(warehouse, "select distinct kind from geo.street_links") == "residential"


def test_layers_without_a_street_are_refused_with_what_they_hold(force, tmp_path):
    path = tmp_path / "railways.gpkg"
    openstreetmap_lines({"Line": "rail", "Tram": "tram"}, "fclass").to_file(path)
    assert refused(force, path).endswith("Found: rail, tram.")
    nodes = geopandas.GeoDataFrame({"highway": [1]}, geometry=[Point(0, 0)], crs=27700)
    nodes.to_file(path, layer="nodes")
    assert refused(force, path).endswith(
        "railways: Found: rail, tram; nodes: Found: no lines."
    )


def test_streets_in_several_layers_need_a_word(warehouse, force, tmp_path):
    path = tmp_path / "halves.gpkg"
    streets.openstreetmap().to_file(path, layer="north")
    streets.openstreetmap(2, 2).to_file(path, layer="south")
    assert refused(force, path) == (
        "halves.gpkg has streets in several layers: north (7), south (4). Name the one "
        "to load: --layer NAME"
    )
    with pytest.raises(geography.StreetFileRejected, match="no layer 'east'"):
        geography.load_streets(warehouse, path, force.name, "east")
    loaded = geography.load_streets(warehouse, path, force.name, "south")
    assert (loaded.layer, loaded.links) == ("south", 4)


def little_endian(kind: int, *parts: bytes) -> bytes:
    """A well-known binary of a kind of geometry."""
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts)


def test_points_empty_lines_curves_and_heights_among_streets(
    warehouse, force, tmp_path
):
    path = tmp_path / "mixed.gpkg"
    frame = streets.open_roads()
    extra = frame.iloc[[0] * 8].assign(name_1="Other")
    frame = geopandas.pd.concat([frame, extra], ignore_index=True)
    frame["length"] = None
    frame.to_file(path, layer="road_link", SPATIAL_INDEX="NO", driver="GPKG")
    at = [
        struct.pack("<dd", streets.WEST + x, streets.SOUTH + y)
        for x, y in ((0, 0), (50, -20), (100, 0), (100, -90))
    ]
    arc = little_endian(8, *at[:3])
    line = LineString([(streets.WEST, streets.SOUTH), (streets.WEST, 201900)])
    geometries = [
        None,
        little_endian(2),
        shapely.to_wkb(Point(streets.WEST, streets.SOUTH)),
        shapely.to_wkb(line.buffer(5)),
        shapely.to_wkb(LineString([line.coords[0], (float("nan"), 201900.0)])),
        little_endian(9, arc, little_endian(2, at[2], at[3])),
        shapely.to_wkb(shapely.force_3d(line, 7.0)),
        shapely.to_wkb(shapely.GeometryCollection([Point(0, 0), line])),
    ]
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            database.execute(f'drop trigger "{trigger}"')
        database.execute("update gpkg_geometry_columns set geometry_type_name = ''")
        for fid, geometry in enumerate(geometries, LINKS + 1):
            head = b"GP\x00" + bytes([1]) + struct.pack("<i", 27700)
            database.execute(
                "update road_link set geom = ? where fid = ?",
                (geometry and head + geometry, fid),
            )
    database.close()
    loaded = geography.load_streets(warehouse, path, force.name)
    # The curve, which ends at a junction and goes on, and one line: that with a height
    # is the collection's, too.
    assert loaded.links == LINKS + 3
    assert loaded.left_out == {"without a line": 5}
    lengths = warehouse.execute(
        "select round(length_m) from geo.street_links where name = 'Other' order by 1"
    ).fetchall()
    assert lengths == [(90,), (100,), (110,)]


def test_a_line_with_a_wrong_point_is_left_out(warehouse, force, tmp_path):
    frame = streets.openstreetmap()
    ends = frame.geometry.iloc[0].coords
    frame.loc[0, "geometry"] = LineString([ends[0], (0.0, 4000.0)])
    loaded = load(force, frame, tmp_path / "roads.gpkg")
    assert loaded.left_out == {"with a point hundreds of kilometres away": 1}
    assert 0 < loaded.links < LINKS


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


BRITISH_GRID = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000"
    " +units=m +no_defs +type=crs "
)


@pytest.mark.parametrize(
    "system",
    [
        BRITISH_GRID + "+ellps=airy",
        BRITISH_GRID + "+ellps=WGS84",
        BRITISH_GRID + "+ellps=airy +towgs84=0,0,0",
        "+proj=longlat +ellps=airy +no_defs +type=crs",
        "+proj=utm +zone=30 +ellps=intl +units=m +type=crs",
        'LOCAL_CS["Site",UNIT["metre",1]]',
        "EPSG:4267",
    ],
)
def test_a_system_that_is_not_exact_is_refused(force, tmp_path, system):
    path = tmp_path / "roads.shp"
    streets.openstreetmap().to_crs(27700).to_file(path)
    wkt = pyproj.CRS.from_user_input(system).to_wkt("WKT1_GDAL")
    path.with_suffix(".prj").write_text(wkt)
    message = refused(force, path)
    assert "could lie 100 m off" in message
    assert message.endswith("one of a registry (EPSG:27700 or EPSG:4326).")


@pytest.mark.parametrize(
    ("system", "file"),
    [
        (27700, "roads.tab"),
        (27700, "roads.shp"),
        (4277, "roads.gpkg"),
        (3857, "roads.gpkg"),
        (25830, "roads.shp"),
        ("ESRI:102100", "roads.gpkg"),
        ("EPSG:7405", "roads.gpkg"),
        (BRITISH_GRID + "+datum=OSGB36", "roads.gpkg"),
    ],
)
def test_exact_systems_give_the_same_streets(warehouse, force, tmp_path, system, file):
    """Within two metres, the accuracy of the shift from WGS 84 to the British grid."""
    frame = streets.openstreetmap().to_crs(system)
    frame.to_file(tmp_path / file)
    loaded = geography.load_streets(warehouse, tmp_path / file, force.name)
    assert loaded.links == LINKS
    corner = one(
        warehouse,
        "select st_distance(st_collect(geom), st_setsrid(st_makepoint("
        f"{streets.WEST}, {streets.SOUTH}), 27700)) from geo.street_links",
    )
    assert corner < 2


def test_the_ground_is_needed_first(warehouse, tmp_path):
    with pytest.raises(geography.ForceNotBuilt, match="rasure geography build kent"):
        geography.load_streets(warehouse, tmp_path / "roads.gpkg", "kent")


def test_the_command_loads_streets_and_says_what(warehouse, force, tmp_path):
    path = tmp_path / "roads.gpkg"
    streets.open_roads().to_file(path, layer="road_link")
    ask = ["geography", "load", "streets", str(path)]
    result = CliRunner().invoke(command_line(), [*ask, "--force", "borchester"])
    assert result.output.splitlines() == [
        "borchester: 17 street links, 1.7 km (os_open_roads, layer road_link, "
        "EPSG:27700), 0 of them not to be patrolled on foot, 0 left out as far from "
        "the force. Loaded."
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
