"""Designations are versions: what is published, replaced and opened again."""

from datetime import date

from rasure.places import designate
from rasure.places.definition import Definition
from tests.integration.designation_fixtures import (
    count,
    one_percent,
    open_version,
    town,
)
from tests.integration.places_fixtures import force, warehouse

__all__ = ["force", "one_percent", "town", "warehouse"]


def test_same_content_twice_publishes_nothing(warehouse, town, one_percent):
    first = designate(warehouse, town.name, definition=one_percent)
    before = warehouse.execute("select * from places.designations").fetchall()
    again = designate(warehouse, town.name, definition=one_percent)
    assert first.is_new
    assert not again.is_new
    assert again.designation_id == first.designation_id
    assert warehouse.execute("select * from places.designations").fetchall() == before
    assert count(warehouse, "designated_hexagons") == 10


def test_the_id_tells_force_month_and_content(warehouse, town, one_percent):
    designation = designate(warehouse, town.name, definition=one_percent)
    start, month, digits = designation.designation_id.split(" ")
    assert (start, month) == ("borchester", "2024-04")
    assert len(digits) == 8
    other = designate(
        warehouse,
        town.name,
        publish=False,
        definition=Definition.load(coverage_percent=1.01),
    )
    assert other.designation_id != designation.designation_id


def test_new_content_closes_the_version_before(warehouse, town, one_percent):
    first = designate(warehouse, town.name, definition=one_percent)
    town.plant(town.hexagon(2500, 2500), ["2024-05", "2024-03", "2024-04"], 40)
    second = designate(warehouse, town.name, definition=one_percent)
    assert second.is_new
    assert open_version(warehouse) == [(second.designation_id, date(2024, 6, 1), None)]
    closed = warehouse.execute(
        "select valid_from, valid_to from places.designations "
        "where designation_id = %s",
        (first.designation_id,),
    ).fetchone()
    assert closed == (date(2024, 5, 1), date(2024, 5, 31))
    assert count(warehouse, "designated_hexagons") == 20


def test_a_version_replaced_before_it_began_was_never_in_force(
    warehouse, town, one_percent
):
    first = designate(warehouse, town.name, definition=one_percent)
    other = Definition.load(coverage_percent=2.0)
    second = designate(warehouse, town.name, definition=other)
    assert open_version(warehouse)[0][0] == second.designation_id
    closed = warehouse.execute(
        "select valid_from, valid_to from places.designations "
        "where designation_id = %s",
        (first.designation_id,),
    ).fetchone()
    assert closed == (date(2024, 5, 1), date(2024, 4, 30))


def test_going_back_opens_the_old_version_again(warehouse, town, one_percent):
    first = designate(warehouse, town.name, definition=one_percent)
    designate(warehouse, town.name, definition=Definition.load(coverage_percent=2.0))
    back = designate(warehouse, town.name, definition=one_percent)
    assert back.is_new
    assert open_version(warehouse) == [(first.designation_id, date(2024, 5, 1), None)]
    assert count(warehouse, "designations") == 2


def test_without_publishing_nothing_is_written(warehouse, town, one_percent):
    designation = designate(warehouse, town.name, False, one_percent)
    assert len(designation.hexagons) == 10
    assert not designation.is_new
    for table in ("designations", "hot_spots", "designated_hexagons"):
        assert count(warehouse, table) == 0
