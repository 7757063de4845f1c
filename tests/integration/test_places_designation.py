from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from rasure.places import designate, designate_all, rank_places
from rasure.places.definition import Definition
from rasure.places.errors import NoPlaces
from tests.integration.designation_fixtures import (
    MONTHS,
    count,
    one_percent,
    open_version,
    town,
)
from tests.integration.places_fixtures import Force, force, warehouse

__all__ = ["force", "one_percent", "town", "warehouse"]


def test_designation_fills_the_coverage_within_one_cell(warehouse, town, one_percent):
    designation = designate(warehouse, town.name, definition=one_percent)
    cell_percent = 100 * designation.hexagons[0].area_km2 / 36.0
    assert 1.0 <= designation.area_percent < 1.0 + cell_percent
    stored = warehouse.execute(
        "select hexagons, hot_spots, area_km2, crimes_captured, crimes_total, "
        "coverage_percent, data_from, data_to, valid_from from places.designations"
    ).fetchone()
    assert stored[0] == len(designation.hexagons) == 10
    assert stored[2] == pytest.approx(designation.area_km2)
    # 4 months of 9, 8 and 7 twice, and the four lone ones that come next.
    assert stored[3] == 2 * 4 * (9 + 8 + 7) + 4 * 4
    assert stored[4] == 2 * 4 * (9 + 8 + 7) + 20 * 4
    assert stored[5:] == (1, date(2024, 1, 1), date(2024, 4, 30), date(2024, 5, 1))


def test_hot_spots_are_cells_that_touch_and_no_two_touch(warehouse, town, one_percent):
    designation = designate(warehouse, town.name, definition=one_percent)
    sizes = [len(spot.hexagon_ids) for spot in designation.hot_spots]
    assert sizes == [3, 3, 1, 1, 1, 1]
    parts, alone = warehouse.execute(
        "select max(st_numgeometries(one.geom)), bool_and(not exists ("
        "  select from places.hot_spots as other "
        "  where other.hot_spot_id <> one.hot_spot_id "
        "  and st_dwithin(one.geom, other.geom, 1)"
        ")) from places.hot_spots as one"
    ).fetchone()
    assert parts == 1
    assert alone
    sums = warehouse.execute(
        "select sum(hexagons), round(sum(st_area(geom) / 1e6)::numeric, 6), "
        "round(sum(area_km2)::numeric, 6) from places.hot_spots"
    ).fetchone()
    assert sums[0] == 10
    assert sums[1] == sums[2]


def test_hot_spots_are_named_and_no_two_alike(warehouse, town, one_percent):
    designation = designate(warehouse, town.name, definition=one_percent)
    names = [spot.hot_spot_name for spot in designation.hot_spots]
    assert names == [
        "Street 1000, Oxford",
        "Street 4000, Oxford",
        "High Street, Oxford",
        "High Street, Oxford (2)",
        "High Street, Oxford (3)",
        "High Street, Oxford (4)",
    ]


def test_an_institution_is_never_designated_and_its_neighbours_stay(
    warehouse, town, one_percent
):
    prison = town.hexagon(2500, 2500)
    town.plant(prison, MONTHS, 50, is_at_institution=True)
    town.plant(prison, MONTHS, 20)
    beside = town.neighbours(prison)
    for hexagon_id in beside:
        town.plant(hexagon_id, MONTHS, 5)
        town.plant(hexagon_id, MONTHS, 2, is_at_institution=True)
    designation = designate(warehouse, town.name, definition=one_percent)
    chosen = {place.hexagon_id: place.crimes for place in designation.hexagons}
    assert prison not in chosen
    # Their own crimes count, those at the institution do not.
    assert {chosen[hexagon_id] for hexagon_id in beside if hexagon_id in chosen} == {20}
    assert len(chosen.keys() & set(beside)) == 4
    ranked = [place.hexagon_id for place in rank_places(warehouse, town.name).places]
    assert set(beside) <= set(ranked)
    assert prison not in ranked


@pytest.mark.parametrize(
    "column", ["is_police_generated", "is_serious_violence", "is_located"]
)
def test_crimes_out_of_scope_make_no_place(warehouse, town, column):
    elsewhere = town.hexagon(2500, 2500)
    town.plant(elsewhere, MONTHS, 9, **{column: column == "is_police_generated"})
    ranking = rank_places(warehouse, town.name)
    assert elsewhere not in {place.hexagon_id for place in ranking.places}
    assert ranking.crimes_total == 2 * 4 * (9 + 8 + 7) + 20 * 4


def test_one_bad_month_does_not_pass_a_persistent_place(warehouse, town, one_percent):
    brawl = town.hexagon(2500, 2500)
    town.plant(brawl, ["2024-04"], 80)
    ranking = rank_places(warehouse, town.name)
    assert max(ranking.places, key=lambda place: place.score).hexagon_id == brawl
    designation = designate(warehouse, town.name, definition=one_percent)
    assert brawl not in {place.hexagon_id for place in designation.hexagons}


def test_too_few_persistent_places_and_the_next_hottest_fill_up(warehouse, force):
    force.plant(force.hexagon(1000, 1000), MONTHS, 1)
    force.plant(force.hexagon(2000, 2000), MONTHS[:1], 9)
    definition = Definition.load(coverage_percent=0.2)
    designation = designate(warehouse, force.name, definition=definition)
    assert len(designation.hexagons) == 2
    assert designation.not_persistent == 1
    assert designation.hexagons[0].is_persistent


def test_every_force_with_crimes_is_designated_and_committed(warehouse, town):
    other = Force(warehouse, "ambridge")
    other.plant(other.hexagon(3000, 3000), MONTHS, 3)
    Force(warehouse, "felpersham")
    designations = designate_all(warehouse)
    assert [designation.force for designation in designations] == [
        "ambridge",
        "borchester",
    ]
    assert all(designation.is_new for designation in designations)
    assert not any(designation.is_new for designation in designate_all(warehouse))
    assert len(open_version(warehouse)) == 2


def test_designation_commits_on_a_plain_connection(warehouse, town):
    from rasure.database import connect

    with connect() as connection:
        designate_all(connection)
        connection.rollback()
    assert len(open_version(warehouse)) == 1


def test_two_at_once_publish_one_version(warehouse, town):
    from rasure.database import connect

    def publish(_):
        with connect(autocommit=True) as connection:
            return designate(connection, town.name).is_new

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(publish, range(4))) == [False, False, False, True]
    assert count(warehouse, "designations") == 1


def test_a_force_without_crimes_is_reported_so(warehouse, force):
    with pytest.raises(NoPlaces, match="no serious violence to rank for 'borchester'"):
        designate(warehouse, force.name)


def test_before_the_first_transform_it_says_what_to_do(warehouse):
    warehouse.execute("drop schema core cascade")
    with pytest.raises(NoPlaces, match="rasure transform"):
        designate_all(warehouse)
