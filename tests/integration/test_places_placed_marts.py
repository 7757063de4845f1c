"""What the pages show of hot places that are placed freely: their own ground."""

from __future__ import annotations

import psycopg
import pytest

from rasure.places import designate
from rasure.places.choosing import keep_choice
from rasure.places.definition import Definition
from rasure.places.plan.facts import read_plan
from rasure.transform import pipeline, state
from tests.integration import niche_day as known
from tests.integration.niche_days_after import at, later
from tests.integration.niche_fixtures import deliver, east, north, transform
from tests.integration.test_places_placed import CHOICE
from tests.integration.transform_fixtures import FORCE
from tests.integration.whole_transforms import warehouse

__all__ = ["warehouse"]

MODELS = ("+place_profile", "+place_months", "+map_layers", "+hot_place_clusters")
MODELS += ("+hot_times", "+force_summary")
# What the marts step builds after a designation, as far as it is of places.
AFTER_A_DESIGNATION = (pipeline.PLACED, f"{pipeline.DESIGNATED}+")
COMPARED = ("core.hexagon_months", "core.place_scores", "core.place_names")
COMPARED += ("core.place_crimes", "core.int_hour_weights", "core.int_time_subjects")
COMPARED += ("marts.crimes", "marts.hot_places", "marts.place_counts")
COMPARED += ("marts.place_profile", "marts.place_months", "marts.map_layers")
COMPARED += ("marts.hot_times", "marts.hot_place_clusters", "marts.force_summary")
# Twelve fights around a point where cells meet, 40 m from one to the next.
FIGHTS = [(620 + 40 * (key % 4), 430 + 40 * (key // 4)) for key in range(12)]


def fights() -> dict[str, list[dict]]:
    """Grievous bodily harm in the street, one a point."""
    keys = range(201, 201 + len(FIGHTS))
    return later(
        {
            "occurrences": [known.occurrence(key) for key in keys],
            "classifications": [known.classified(key, key) for key in keys],
            "addresses": [
                known.address(key, east(x), north(y), street="Corner Street")
                for key, (x, y) in zip(keys, FIGHTS, strict=True)
            ],
            "occurrence_addresses": [known.at(key, key, key) for key in keys],
        },
        1,
    )


def build(selection: tuple[str, ...] = MODELS, full_refresh: bool = False) -> None:
    transform(full_refresh, selection=selection)


def contents(connection) -> dict[str, list[str]]:
    """Every row of the tables that are compared, as sorted text."""
    return {
        table: sorted(
            text for (text,) in connection.execute(f"select t::text from {table} as t")
        )
        for table in COMPARED
    }


def test_a_placed_hot_place_is_its_own_ground_on_every_page(warehouse) -> None:
    deliver(warehouse, fights(), extracted_at=at(1))
    build()
    on_grid = warehouse.execute(
        "select max(crimes) from marts.hot_places where place_name like 'Corner%'"
    ).fetchone()[0]
    keep_choice(warehouse, FORCE, Definition.load(), CHOICE)
    designation = designate(warehouse, FORCE)
    (placed,) = designation.hexagons
    assert placed.crimes > on_grid
    build(AFTER_A_DESIGNATION)

    rank, name, crimes, is_designated, spot, is_its_ground = warehouse.execute(
        "select rank, place_name, crimes, is_designated, hot_spot_name, "
        "st_equals(hot.geom, shapes.geom) from marts.hot_places as hot "
        "inner join places.designated_shapes as shapes using (hexagon_id) "
        "where hexagon_id = %s",
        (placed.hexagon_id,),
    ).fetchone()
    assert (rank, name, spot) == (1, "Corner Street, Westham", "Corner Street, Westham")
    assert (crimes, is_designated, is_its_ground) == (placed.crimes, True, True)
    # Each crime counts once, here or in what is left of its cell.
    assert warehouse.execute(
        "select sum(crimes), count(distinct hexagon_id) from marts.hot_places "
        "where place_name like 'Corner%'"
    ).fetchone()[0] == len(FIGHTS)
    cells, inside = warehouse.execute(
        "select count(distinct cell_id), count(*) from marts.crimes "
        "where hexagon_id = %s and hot_spot_name = 'Corner Street, Westham'",
        (placed.hexagon_id,),
    ).fetchone()
    assert cells > 1 and inside == placed.crimes
    assert warehouse.execute(
        "select crimes_six_years from marts.place_counts"
        " where hexagon_id = %s and patrol_window = 'all'",
        (placed.hexagon_id,),
    ).fetchone() == (placed.crimes,)
    assert warehouse.execute(
        "select sum(crimes) from marts.place_months where hexagon_id = %s",
        (placed.hexagon_id,),
    ).fetchone() == (placed.crimes,)
    assert warehouse.execute(
        "select distinct known_time_events from marts.hot_times where subject_id = %s",
        (placed.hexagon_id,),
    ).fetchone() == (placed.crimes,)
    assert warehouse.execute(
        "select count(*) from marts.map_layers where kind like 'designated%'"
    ).fetchone() == (1,)
    assert warehouse.execute(
        "select designated_hexagons, designated_km2 from marts.force_summary"
    ).fetchone() == (1, pytest.approx(placed.area_km2))
    plan = read_plan(warehouse, FORCE, "1")
    assert (plan.hexagon_id, plan.counts.crimes) == (placed.hexagon_id, placed.crimes)
    assert plan.week.level == "place"
    assert "place" in plan.ground.kinds

    built = contents(warehouse)
    build(full_refresh=True)
    rebuilt = contents(warehouse)
    assert [table for table in built if built[table] != rebuilt[table]] == []
    # The way back to the grid.
    warehouse.execute("delete from places.method_choices")
    assert not designate(warehouse, FORCE).is_placed_freely
    build(AFTER_A_DESIGNATION)
    assert warehouse.execute(
        "select count(*) from marts.crimes where hexagon_id is distinct from cell_id"
    ).fetchone() == (0,)
    assert (
        on_grid
        == warehouse.execute(
            "select max(crimes) from marts.hot_places where place_name like 'Corner%'"
        ).fetchone()[0]
    )


PLACED_DESIGNATION = """
    insert into places.designations (
        designation_id, force, definition_version, data_from, data_to,
        coverage_percent, method, hexagons, hot_spots, area_km2, crimes_captured,
        crimes_total, valid_from, parameters
    )
    values ('v1', 'testshire', '1', '2025-06-01', '2025-06-30', 1, 'made up', 1, 1,
        0.04, 1, 1, '2025-07-01', '{}');
    insert into places.hot_spots
    values ('v1', 's', 'High Street', 1, 0.04, 1,
        st_multi(st_makeenvelope(0, 0, 1, 1, 27700)));
    insert into places.designated_hexagons values ('v1', 'h', 1, 's');
    insert into places.placed_hexagons
    values ('v1', 'h', 'c', st_makeenvelope(0, 0, 1, 1, 27700));
"""


def test_marts_build_what_stands_on_placed_places_once_after_a_designation(
    connection: psycopg.Connection, monkeypatch
) -> None:
    selected = []

    def build(transform, select, exclude=()):
        selected.append((select, exclude))

    monkeypatch.setattr(pipeline.Transform, "build", build)
    monkeypatch.setattr(pipeline, "what_was_set_aside", lambda *_: [])
    monkeypatch.setattr(pipeline, "values_not_understood", lambda *_: [])
    step = pipeline.Transform(
        connection,
        settings=None,
        say=print,
        is_full_refresh=False,
        has_unit_tests=False,
        landed=["police_uk"],
        version="v",
        step="marts",
    )
    plain = ((pipeline.MARTS, pipeline.DESIGNATED), ())
    pipeline.build_marts(step)
    assert selected.pop() == plain
    connection.execute(PLACED_DESIGNATION)
    assert state.placed_designations(connection) == ["v1"]
    pipeline.build_marts(step)
    assert selected.pop() == (
        (pipeline.MARTS, pipeline.DESIGNATED, pipeline.PLACED),
        (),
    )
    pipeline.build_marts(step)
    assert selected.pop() == plain
    # The places step builds them too, with what is in force then.
    connection.execute("update places.designations set valid_to = valid_from")
    pipeline.places(step)
    selected.clear()
    pipeline.build_marts(step)
    assert selected == [plain]
