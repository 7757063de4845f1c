"""Hot places that are placed freely, where the method of the force is `free`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from rasure.places import choosing, designate
from rasure.places.choosing import Choice, keep_choice, published_method
from rasure.places.definition import Definition
from rasure.places.designation import candidate_hexagons, propose
from rasure.places.errors import ReviewNeeded
from rasure.places.reviews import ACCEPTED, REJECTED, review
from tests.integration.places_fixtures import force, warehouse
from tests.integration.test_places_evaluation import run
from tests.integration.zones_fixtures import streets

__all__ = ["force", "streets", "warehouse"]

MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]
FOREVER = date(2099, 1, 1)
# Two of the made-up force's 900 hexagons.
TWO = Definition.load(coverage_percent=0.2)
CHOICE = Choice(
    method="free",
    ratio_to_counts=1.2,
    ratio_to_counts_low=1.1,
    ratio_to_counts_high=1.3,
    staffed_ratio_to_counts=1.2,
    staffed_ratio_to_counts_low=1.1,
    staffed_ratio_to_counts_high=1.3,
    events=100,
    trials="2024-01",
    kept_out="2024-02 to 2024-04",
    jitter_metres=40.0,
)
AROUND = [(dx, dy) for dx in (-50, 0, 50) for dy in (-50, 0, 50)]


@pytest.fixture
def town(force):
    """Crimes around two corners where cells meet; the method of the force is free."""
    for x, y, each in ((1050, 1000, 2), (4010, 3020, 1)):
        crimes_around(force, x, y, each, f"Street {x}")
    keep_choice(force.connection, force.name, TWO, CHOICE)
    return force


def crimes_around(force, x, y, each, street_name, months=MONTHS):
    for dx, dy in AROUND:
        force.plant_at(x + dx, y + dy, months, each, street_name=street_name)


def ids(designation):
    return [place.hexagon_id for place in designation.hexagons]


def shapes(connection, designation_id):
    """The ground of the placed hexagons of a version, as text by id."""
    return dict(
        connection.execute(
            "select hexagon_id, st_astext(geom, 3) from places.placed_hexagons "
            "where designation_id = %s",
            (designation_id,),
        ).fetchall()
    )


def shared_m2(connection, one, other):
    """The common ground of two versions, in square metres."""
    return connection.execute(
        "select coalesce(sum(st_area(st_intersection(a.geom, b.geom))), 0) "
        "from places.placed_hexagons as a, places.placed_hexagons as b "
        "where a.designation_id = %s and b.designation_id = %s",
        (one, other),
    ).fetchone()[0]


def test_the_hot_places_are_those_that_free_placement_takes(warehouse, town):
    designation = designate(warehouse, town.name, definition=TWO)
    assert designation.is_placed_freely and designation.is_new
    assert [place.crimes for place in designation.hexagons] == [72, 36]
    assert [place.months_with_crime for place in designation.hexagons] == [4, 4]
    assert designation.not_persistent == 0
    assert designation.crimes_total == designation.crimes_captured == 108
    assert [spot.hot_spot_name for spot in designation.hot_spots] == [
        "Street 1050, Oxford",
        "Street 4010, Oxford",
    ]
    first = designation.hexagons[0]
    x, y = first.centre
    assert first.hexagon_id == f"borchester:at:{x:.0f}:{y:.0f}"
    assert abs(x - 451050) <= 60 and abs(y - 201000) <= 60
    # No cell of the grid holds as many.
    grid = propose(warehouse, town.name, replace(TWO, coverage_percent=0.21))
    assert grid.hexagons[0].crimes < 72
    kept = shapes(warehouse, designation.designation_id)
    assert set(kept) == set(ids(designation))
    method, hexagons, spots_km2 = warehouse.execute(
        "select method, hexagons, "
        "(select sum(st_area(geom)) / 1e6 from places.hot_spots) "
        "from places.designations"
    ).fetchone()
    assert method.endswith("placed freely")
    assert (hexagons, spots_km2) == (2, pytest.approx(2 * first.area_km2, rel=1e-6))
    # The same data again: the same version.
    again = designate(warehouse, town.name, definition=TWO)
    assert again.designation_id == designation.designation_id
    assert not again.is_new


def test_the_grid_is_published_until_a_method_is_chosen(warehouse, town):
    warehouse.execute("delete from places.method_choices")
    designation = designate(warehouse, town.name, definition=TWO)
    assert not designation.is_placed_freely
    assert all(":at:" not in name for name in ids(designation))


def test_a_hot_place_that_moves_a_little_keeps_its_id(warehouse, town):
    first = designate(warehouse, town.name, definition=TWO)
    crimes_around(town, 1090, 1000, 4, "Street 1050")
    moved = designate(warehouse, town.name, definition=TWO)
    assert moved.designation_id != first.designation_id
    assert ids(moved) == ids(first)
    assert [spot.hot_spot_id for spot in moved.hot_spots] == [
        spot.hot_spot_id for spot in first.hot_spots
    ]
    before, after = (
        shapes(warehouse, one.designation_id)[ids(first)[0]] for one in (first, moved)
    )
    assert before != after


def test_an_id_that_ended_is_never_used_again(warehouse, town):
    first = designate(warehouse, town.name, definition=TWO)
    ended = ids(first)[1]
    warehouse.execute(
        "update core.dim_place set geom = st_translate(geom, 900, 0), hexagon_id = "
        "(select hexagons.hexagon_id from geo.hexagons where st_intersects("
        "hexagons.geom, st_translate(dim_place.geom, 900, 0)) limit 1) "
        "where street_name = 'Street 4010'"
    )
    away = designate(warehouse, town.name, definition=TWO)
    assert ended not in ids(away)
    warehouse.execute(
        "update core.dim_place set geom = st_translate(geom, -900, 0) "
        "where street_name = 'Street 4010'"
    )
    back = designate(warehouse, town.name, definition=TWO)
    assert back.is_new
    assert f"{ended}:2" in ids(back)
    assert shared_m2(warehouse, first.designation_id, back.designation_id) == (
        pytest.approx(2e6 * first.hexagons[0].area_km2, rel=1e-6)
    )


def decide(connection, force, target, decision, definition=TWO):
    spot, hexagon_ids, ground = candidate_hexagons(
        connection, force, target, definition
    )
    return review(
        connection,
        force,
        hexagon_ids,
        decision,
        "A Reviewer",
        FOREVER,
        "a dual carriageway",
        None,
        spot,
        None,
        ground,
    )


def test_nothing_is_placed_on_rejected_ground(warehouse, town):
    first = designate(warehouse, town.name, definition=TWO)
    decide(warehouse, town.name, ids(first)[0], REJECTED)
    after = designate(warehouse, town.name, definition=TWO)
    assert after.hexagons[0].crimes == 36
    assert [one.hexagon_id for one in after.rejected] == [ids(first)[0]]
    on_it = warehouse.execute(
        "select max(st_area(st_intersection(placed.geom, reviews.geom))) "
        "from places.placed_hexagons as placed, places.reviews "
        "where designation_id = %s",
        (after.designation_id,),
    ).fetchone()
    assert on_it[0] < 1
    # Nor does the grid bring it back.
    warehouse.execute("delete from places.method_choices")
    grid = designate(warehouse, town.name, definition=TWO)
    assert warehouse.execute(
        "select count(*) from geo.hexagons as cells, places.reviews "
        "where cells.hexagon_id = any(%s) and st_intersects(centroid, reviews.geom)",
        (ids(grid),),
    ).fetchone() == (0,)


def test_a_rejected_cell_of_the_grid_is_kept_out_too(warehouse, town):
    warehouse.execute("delete from places.method_choices")
    on_grid = designate(warehouse, town.name, definition=TWO)
    cell = ids(on_grid)[0]
    decide(warehouse, town.name, cell, REJECTED)
    keep_choice(warehouse, town.name, TWO, CHOICE)
    placed = designate(warehouse, town.name, definition=TWO)
    assert warehouse.execute(
        "select count(*) from places.placed_hexagons as placed, geo.hexagons as cells "
        "where placed.designation_id = %s and cells.hexagon_id = %s "
        "and st_area(st_intersection(placed.geom, cells.geom)) > 1",
        (placed.designation_id, cell),
    ).fetchone() == (0,)


def test_candidates_keep_their_ids_while_they_are_reviewed(warehouse, town):
    needs_review = replace(TWO, needs_review=True)
    keep_choice(warehouse, town.name, needs_review, CHOICE)
    candidates = ids(propose(warehouse, town.name, needs_review))
    with pytest.raises(ReviewNeeded, match="2 of the 2 candidates"):
        designate(warehouse, town.name, definition=needs_review)
    decide(warehouse, town.name, candidates[1], ACCEPTED, needs_review)
    assert ids(propose(warehouse, town.name, needs_review)) == candidates
    with pytest.raises(ReviewNeeded, match="1 of the 2 candidates"):
        designate(warehouse, town.name, definition=needs_review)
    decide(warehouse, town.name, candidates[0], ACCEPTED, needs_review)
    published = designate(warehouse, town.name, definition=needs_review)
    assert ids(published) == candidates
    assert len(published.reviews) == 2


def test_an_acceptance_ends_when_the_place_has_left_what_was_seen(warehouse, town):
    """It keeps its id, step by step; half of the ground is new in the end."""
    needs_review = replace(TWO, needs_review=True, coverage_percent=0.1)
    keep_choice(warehouse, town.name, needs_review, CHOICE)
    (first,) = ids(propose(warehouse, town.name, needs_review))
    decide(warehouse, town.name, first, ACCEPTED, needs_review)
    designate(warehouse, town.name, definition=needs_review)
    for step, each in ((1110, 6), (1170, 24), (1230, 96), (1290, 384)):
        crimes_around(town, step, 1000, each, "Street 1050")
        candidate = propose(warehouse, town.name, needs_review)
        assert ids(candidate) == [first]
        if not candidate.is_accepted(candidate.hot_spots[0]):
            break
        designate(warehouse, town.name, definition=needs_review)
    else:
        pytest.fail("the acceptance held on other ground")
    with pytest.raises(ReviewNeeded):
        designate(warehouse, town.name, definition=needs_review)


def test_the_day_and_the_night_are_chosen_on_the_grid(warehouse, town):
    keep_choice(warehouse, town.name, TWO, CHOICE, "night")
    assert published_method(warehouse, town.name, TWO) == "free"
    assert published_method(warehouse, town.name, TWO, "night") == "grid"


def test_another_definition_chooses_again_and_keeps_it(warehouse, town, monkeypatch):
    other = replace(TWO, top_probability=0.9)
    made = []

    def choose(grid, events, definition):
        made.append(definition)
        return replace(CHOICE, method="grid")

    monkeypatch.setattr(choosing, "choose_method", choose)
    assert published_method(warehouse, town.name, TWO) == "free"
    assert published_method(warehouse, town.name, other) == "grid"
    assert published_method(warehouse, town.name, other) == "grid"
    assert made == [other]


def test_evaluate_scores_the_designation_as_it_is_published(warehouse, town):
    keep_choice(warehouse, town.name, Definition.load(coverage_percent=1), CHOICE)
    asked = ["--train", "2024-01:2024-03", "--test", "2024-04:2024-04", "--draws", "10"]
    result = run("evaluate", *asked, "--coverage", "1", "--json")
    assert result.exit_code == 0, result.output
    rows = {row["method"]: row for row in json.loads(result.output)}
    assert rows["designation"]["published_method"] == "free"
    assert rows["designation"]["pai"] == rows["free"]["pai"]


@pytest.mark.parametrize("method", ["grid", "free"])
def test_a_designation_by_number_has_so_many_hot_spots(warehouse, town, method):
    """Two hot spots of up to two hexagons, as many as can be staffed."""
    staffed = replace(TWO, by_number=True, staffed_hot_spots=2, hot_spot_km2=0.08)
    keep_choice(warehouse, town.name, staffed, replace(CHOICE, method=method))
    town.plant(town.hexagon(5500, 5500), MONTHS, 1, street_name="Quiet Street")
    designation = designate(warehouse, town.name, definition=staffed)
    assert designation.is_placed_freely == (method == "free")
    assert [spot.hot_spot_name for spot in designation.hot_spots] == [
        "Street 1050, Oxford",
        "Street 4010, Oxford",
    ]
    assert all(len(spot.hexagon_ids) <= 2 for spot in designation.hot_spots)
    # The first corner is parted by cells; a placed hexagon holds it whole.
    assert len(designation.hot_spots[0].hexagon_ids) == (2 if method == "grid" else 1)
    assert designation.coverage_percent == pytest.approx(designation.area_percent)
    assert "staffed_hot_spots" in designation.parameters
    again = designate(warehouse, town.name, definition=staffed)
    assert not again.is_new


def test_zones_are_drawn_in_the_placed_hot_spots(warehouse, town, streets):
    designation = designate(warehouse, town.name, definition=TWO)
    zones = warehouse.execute(
        "select zones.hot_spot_id, st_distance(zones.streets_geom, spots.geom) "
        "from places.patrol_zones as zones inner join places.hot_spots as spots "
        "using (designation_id, hot_spot_id)"
    ).fetchall()
    assert {hot_spot_id for hot_spot_id, _ in zones} == {
        spot.hot_spot_id for spot in designation.hot_spots
    }
    assert all(away_m <= 100 for _, away_m in zones)
