import numpy as np
import pytest
from shapely.geometry import LineString

from rasure.geography.forces import read_table
from rasure.geography.street_files import (
    Layer,
    first_text,
    format_of,
    one_set_of_columns,
    plain_columns,
)
from rasure.geography.street_network import LONGEST_M, links_of
from rasure.geography.streets import unpatrollable
from tests import streets


def links(*lines, sort=None):
    return links_of(np.array([LineString(line) for line in lines], dtype=object), sort)


def test_lines_that_share_a_vertex_are_cut_there():
    network = links([(0, 0), (50, 0), (100, 0)], [(50, -40), (50, 0), (50, 40)])
    assert [(link.line, link.from_node, link.to_node) for link in network] == [
        (0, "0.0 0.0", "50.0 0.0"),
        (0, "50.0 0.0", "100.0 0.0"),
        (1, "50.0 -40.0", "50.0 0.0"),
        (1, "50.0 0.0", "50.0 40.0"),
    ]


def test_lines_that_cross_without_a_shared_vertex_do_not_meet():
    network = links([(0, 0), (100, 0)], [(50, -40), (50, 40)])
    assert len(network) == 2
    assert (
        len({node for link in network for node in (link.from_node, link.to_node)}) == 4
    )


def test_ends_within_a_tenth_of_a_metre_are_one_node_and_others_are_not():
    two = ["High Street", "Mill Lane"]
    near = links([(0, 0), (99.97, 0)], [(100.03, 0), (200, 0)], sort=two)
    assert near[0].to_node == near[1].from_node
    far = links([(0, 0), (99.9, 0)], [(100.05, 0), (200, 0)], sort=two)
    assert far[0].to_node != far[1].from_node


def test_a_street_given_in_stretches_is_one_link_up_to_the_next_junction():
    stretches = ([(0, 0), (30, 5)], [(60, 0), (30, 5)], [(60, 0), (90, 9)])
    crossing = [(60, -40), (60, 0)]
    network = links(*stretches, crossing)
    assert [(link.from_node, link.to_node) for link in network] == [
        ("0.0 0.0", "60.0 0.0"),
        ("60.0 0.0", "90.0 9.0"),
        ("60.0 -40.0", "60.0 0.0"),
    ]
    assert network[0].geometry.equals(LineString([(0, 0), (30, 5), (60, 0)]))
    other_order = links(stretches[1], crossing, stretches[2], stretches[0])
    assert {link.link_id for link in other_order} == {link.link_id for link in network}
    assert len(links(*stretches, crossing, sort=["A", "B", "B", "C"])) == 4


def test_a_street_that_closes_on_itself_is_kept_whole():
    ring = [[(0, 0), (90, 0)], [(90, 0), (90, 90)], [(90, 90), (0, 0)]]
    (first, second) = links(*ring)
    assert first.geometry.length + second.geometry.length == pytest.approx(307.3, abs=1)
    assert {first.to_node, first.from_node} == {second.to_node, second.from_node}


def test_a_course_that_is_there_twice_is_one_link_with_the_same_id_either_way():
    once = links([(0, 0), (30, 5), (60, 0)])
    both = links([(0, 0), (30, 5), (60, 0)], [(60, 0), (30, 5), (0, 0)])
    assert both == [once[0]]
    assert links([(60, 0), (30, 5), (0, 0)])[0].link_id == once[0].link_id


def test_a_long_street_is_cut_into_equal_connected_pieces():
    network = links([(0, 0), (600, 0)])
    assert [link.geometry.length for link in network] == pytest.approx([200.0] * 3)
    assert max(link.geometry.length for link in network) <= LONGEST_M
    assert [link.to_node for link in network[:-1]] == [
        link.from_node for link in network[1:]
    ]


def test_no_lines_make_no_links():
    assert links() == []


@pytest.mark.parametrize(
    ("street", "reason"),
    [
        (("motorway", None, False), "a motorway may not be walked"),
        (("a road", "dual carriageway", True), "a trunk dual carriageway"),
        (("a road", "dual carriageway", False), None),
        (("a road", "single carriageway", True), None),
        (("trunk", "dual carriageway", True), "a trunk dual carriageway"),
        (("residential", None, False), None),
        ((None, None, False), None),
    ],
)
def test_what_may_not_be_walked_is_listed_with_its_reason(street, reason):
    rules = read_table("unpatrollable_streets.csv")
    unpatrollable_reason = unpatrollable(rules, *street)
    assert (
        (unpatrollable_reason is None)
        if reason is None
        else unpatrollable_reason.startswith(reason)
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("High Street", "High Street"),
        (["High Street", "Mill Lane"], "High Street"),
        ("['High Street', 'Mill Lane']", "High Street"),
        ("", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_the_first_of_several_values_counts(value, text):
    assert first_text(value) == text


def layer_of(frame) -> Layer:
    """The layer that a file with these columns has."""
    columns = plain_columns(frame.columns)
    return Layer("streets", format_of(columns), columns)


def test_a_one_way_trunk_road_is_half_of_a_dual_carriageway():
    frame = streets.openstreetmap(highway="trunk", oneway="yes")
    ours = one_set_of_columns(frame, layer_of(frame))
    assert ours["form"].tolist() == ["dual carriageway"] * len(frame)
    assert ours["is_trunk"].all()


def test_the_road_class_tells_a_motorway_whatever_its_function():
    frame = streets.open_roads(
        road_classification="Motorway", road_function="Restricted Local Access Road"
    )
    ours = one_set_of_columns(frame, layer_of(frame))
    assert set(ours["kind"]) == {"motorway"}
