"""Day and night are ranked apart where the crimes know their time."""

import json
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from rasure.places import commands, designate_all, rank_places
from rasure.places.definition import Definition
from rasure.places.designation import designate
from rasure.places.errors import DefinitionRejected, NoPlaces
from rasure.places.events import read_events, read_grid
from tests.integration.places_fixtures import build_core_anew, force, warehouse

__all__ = ["force", "warehouse"]

MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]
COVERAGE = Definition.load(coverage_percent=0.2)  # two hexagons


@pytest.fixture
def town(force):
    """A market by day, a club by night, and a corner of unknown hours."""
    force.market, force.club, force.corner = (
        force.hexagon(x, 1000) for x in (1000, 3000, 5000)
    )
    force.plant(force.market, MONTHS, 5, patrol_window="day")
    force.plant(force.market, MONTHS, 1, patrol_window="night")
    force.plant(force.club, MONTHS, 4, patrol_window="night")
    force.plant(force.corner, MONTHS, 3)
    return force


def order(connection, town, window):
    ranking = rank_places(connection, town.name, patrol_window=window)
    return [(place.hexagon_id, place.crimes) for place in ranking.places]


def test_each_window_ranks_its_own_crimes_and_all_ranks_every_one(warehouse, town):
    assert order(warehouse, town, "day") == [(town.market, 20)]
    assert order(warehouse, town, "night") == [(town.club, 16), (town.market, 4)]
    every = [(town.market, 24), (town.club, 16), (town.corner, 12)]
    assert order(warehouse, town, "all") == every


def test_every_window_has_an_open_version_of_its_own(warehouse, town):
    designations = designate_all(warehouse, COVERAGE)
    assert [one.patrol_window for one in designations] == ["all", "day", "night"]
    assert designations[1].designation_id.startswith("borchester 2024-04 day ")
    rows = warehouse.execute(
        "select patrol_window, array_agg(hexagon_id order by designation_order) "
        "from places.designations inner join places.designated_hexagons "
        "using (designation_id) where valid_to is null group by 1 order by 1"
    ).fetchall()
    assert rows == [
        ("all", [town.market, town.club]),
        ("day", [town.market]),
        ("night", [town.club, town.market]),
    ]
    assert not any(one.is_new for one in designate_all(warehouse, COVERAGE))


def test_a_new_night_closes_only_the_night_before(warehouse, town):
    before = designate_all(warehouse, COVERAGE)
    town.plant(town.corner, MONTHS, 9, patrol_window="night")
    designate(warehouse, town.name, definition=COVERAGE, patrol_window="night")
    closed = warehouse.execute(
        "select designation_id, valid_to from places.designations "
        "where valid_to is not null"
    ).fetchall()
    assert closed == [(before[2].designation_id, date(2024, 4, 30))]


def test_without_times_there_is_one_window(warehouse, force):
    force.plant(force.hexagon(1000, 1000), MONTHS, 5)
    assert [one.patrol_window for one in designate_all(warehouse)] == ["all"]


def test_a_window_without_serious_violence_is_left_out(warehouse, force, caplog):
    force.plant(force.hexagon(1000, 1000), MONTHS, 5, patrol_window="night")
    designations = designate_all(warehouse)
    assert [one.patrol_window for one in designations] == ["all", "night"]
    assert caplog.messages == [
        f"{force.name}: there is no serious violence by day; nothing is designated in "
        "that window."
    ]
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)
    by_hand = ["places", "designate", force.name, "--json"]
    rows = json.loads(CliRunner().invoke(app, by_hand).output)
    assert [row["patrol_window"] for row in rows] == ["all", "night"]
    with pytest.raises(NoPlaces, match="no serious violence by day"):
        designate(warehouse, force.name, patrol_window="day")


def test_the_commands_take_a_window(warehouse, town):
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)
    run = CliRunner().invoke
    asked = ["places", "designate", "borchester", "--window", "night", "--json"]
    (row,) = json.loads(run(app, asked).output)
    assert row["patrol_window"] == "night"
    every = json.loads(run(app, ["places", "designate", "--json"]).output)
    assert [row["patrol_window"] for row in every] == ["all", "day", "night"]
    periods = ["--train", "2024-01:2024-03", "--test", "2024-04:2024-04"]
    scored = ["places", "evaluate", *periods, "--window", "day", "--draws", "10"]
    rows = json.loads(run(app, [*scored, "--json"]).output)
    assert {row["patrol_window"] for row in rows} == {"day"}
    assert {row["events_test"] for row in rows} == {5}
    stored = warehouse.execute("select distinct patrol_window from places.evaluations")
    assert stored.fetchall() == [("day",)]
    refused = run(app, ["places", "designate", "--window", "dusk"])
    assert refused.exit_code == 2
    assert "a window is one of all, day, night" in refused.output


def test_where_the_hour_is_not_known_the_window_does_not_count(warehouse, town):
    warehouse.execute(
        "update core.fct_crime set is_time_known = hexagon_id <> %s", (town.club,)
    )
    assert order(warehouse, town, "night") == [(town.market, 4)]
    assert (town.club, 16) in order(warehouse, town, "all")


@pytest.mark.parametrize(
    ("column", "out", "switch"),
    [
        ("is_public_place", False, "public_places_only"),
        ("is_domestic_abuse", True, "without_domestic_abuse"),
    ],
)
def test_what_no_patrol_meets_makes_no_place_unless_it_is_wanted(
    warehouse, town, column, out, switch
):
    """What is not known (null) leaves none out."""
    before = order(warehouse, town, "all")
    warehouse.execute(
        f"update core.fct_crime set {column} = %s where hexagon_id = %s",
        (out, town.market),
    )
    assert order(warehouse, town, "all") == before[1:]
    wanted = Definition.load(**{switch: False})
    with pytest.raises(DefinitionRejected, match=f"{switch} is False, but .* True"):
        rank_places(warehouse, town.name, wanted)
    build_core_anew(warehouse, **{switch: False})
    ranking = rank_places(warehouse, town.name, wanted)
    assert ranking.places[0].hexagon_id == town.market
    assert ranking.parameters[switch] is False


def test_a_crime_lies_where_its_place_does(warehouse, town):
    warehouse.execute(
        "update core.dim_place set geom = st_setsrid(st_point(1, 2), 27700) "
        "where hexagon_id = %s",
        (town.club,),
    )
    events = read_events(warehouse, read_grid(warehouse, town.name))
    assert ((events.x == 1) & (events.y == 2)).sum() == 16
