"""Candidates, their review with its reason, and the versions that remember it."""

import json
from datetime import date, timedelta

import pytest
import typer
from typer.testing import CliRunner

from rasure.places import commands, designate, designate_all, reviews
from rasure.places.definition import Definition
from rasure.places.designation import propose
from rasure.places.errors import NoPlaces, ReviewNeeded, ReviewRejected
from tests.integration.places_fixtures import force, warehouse

__all__ = ["force", "warehouse"]

MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]
COVERAGE = Definition.load(coverage_percent=0.3)  # three hexagons
REVIEWED = Definition.load(coverage_percent=0.3, needs_review=True)
NEXT_YEAR = date.today() + timedelta(days=365)


@pytest.fixture
def town(force):
    """A square of two hexagons, then four lone ones, each colder than the last."""
    square = force.hexagon(1000, 1000)
    force.square = [square, force.neighbours(square)[0]]
    force.lone = [force.hexagon(1000 * x, 4000) for x in (1, 2, 3, 4)]
    for colder, hexagon_id in enumerate(force.square + force.lone):
        force.plant(hexagon_id, MONTHS, 9 - colder)
    return force


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The commands, in a home where three hexagons are designated."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text("[places]\ncoverage_percent = 0.3\n")
    monkeypatch.setenv("RASURE_HOME", str(home))
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)
    return lambda *words: CliRunner().invoke(app, ["places", *words])


def reject(connection, town, hexagon_ids, expires_on=NEXT_YEAR, **more):
    return reviews.review(
        connection,
        town.name,
        hexagon_ids,
        "rejected",
        "Sgt Example",
        expires_on,
        "a dual carriageway",
        **more,
    )


def chosen(connection, town, definition=COVERAGE):
    return [
        place.hexagon_id
        for place in propose(connection, town.name, definition).hexagons
    ]


def test_without_a_reviewer_all_is_accepted(warehouse, town):
    assert chosen(warehouse, town) == [*town.square, town.lone[0]]
    assert designate(warehouse, town.name, definition=COVERAGE).is_new


def test_a_rejected_cell_stays_out_and_the_next_moves_up(warehouse, town):
    first = designate(warehouse, town.name, definition=COVERAGE)
    review_ids = reject(warehouse, town, [town.square[1]])
    second = designate(warehouse, town.name, definition=COVERAGE)
    assert second.is_new
    assert second.designation_id != first.designation_id
    expected = [town.square[0], town.lone[0], town.lone[1]]
    assert [place.hexagon_id for place in second.hexagons] == expected
    assert [review.reason for review in second.rejected] == ["a dual carriageway"]
    used = warehouse.execute("select * from places.designation_reviews").fetchall()
    assert used == [(second.designation_id, review_ids[0])]
    # The crimes of the force are still all of them.
    assert second.crimes_total == first.crimes_total


def test_a_review_of_a_cold_place_bears_on_no_version(warehouse, town):
    reject(warehouse, town, [town.lone[3]])
    assert designate(warehouse, town.name, definition=COVERAGE).reviews == ()


def test_it_comes_back_when_the_review_expires(warehouse, town):
    reject(warehouse, town, [town.square[0]], expires_on=date.today())
    assert town.square[0] not in chosen(warehouse, town)
    later = date.today() + timedelta(days=1)
    assert reviews.in_force(warehouse, town.name, on=later) == {}
    warehouse.execute("update places.reviews set expires_on = current_date - 1")
    assert town.square[0] in chosen(warehouse, town)


def test_a_new_review_overrides_an_older_one(warehouse, town):
    reject(warehouse, town, [town.square[0]])
    reviews.review(
        warehouse, town.name, [town.square[0]], "accepted", "Insp Example", NEXT_YEAR
    )
    assert town.square[0] in chosen(warehouse, town)
    count = "select count(*) from places.reviews"
    assert warehouse.execute(count).fetchone() == (2,)


def test_a_review_of_one_window_leaves_the_others_alone(warehouse, town):
    reject(warehouse, town, [town.square[0]], patrol_window="night")
    assert town.square[0] in chosen(warehouse, town)
    assert set(reviews.in_force(warehouse, town.name, "night")) == {town.square[0]}
    assert reviews.in_force(warehouse, "ambridge", "night") == {}


def test_a_place_all_of_which_is_rejected_says_so(warehouse, town):
    reject(warehouse, town, town.square + town.lone)
    with pytest.raises(NoPlaces, match="Reviewers have rejected every place"):
        propose(warehouse, town.name, COVERAGE)


def test_where_a_review_is_wanted_nothing_unreviewed_is_published(warehouse, town):
    with pytest.raises(ReviewNeeded, match=r"2 of the 2 candidates .* not been accept"):
        designate(warehouse, town.name, definition=REVIEWED)
    (found,) = designate_all(warehouse, REVIEWED)
    assert not found.is_new
    none = warehouse.execute("select count(*) from places.designations").fetchone()
    assert none == (0,)
    candidates = [*town.square, town.lone[0]]
    reviews.review(
        warehouse, town.name, candidates, "accepted", "Insp Example", NEXT_YEAR
    )
    assert designate(warehouse, town.name, definition=REVIEWED).is_new
    used = warehouse.execute("select count(*) from places.designation_reviews")
    assert used.fetchone() == (3,)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"reviewer": " "}, "Say who reviews"),
        ({"reason": ""}, "Say why it is rejected"),
        ({"expires_on": date(2020, 1, 1)}, "expired on 2020-01-01 decides nothing"),
    ],
)
def test_a_review_that_says_too_little_is_refused(warehouse, town, more, message):
    given = {"reviewer": "Sgt", "reason": "a lake", "expires_on": NEXT_YEAR} | more
    with pytest.raises(ReviewRejected, match=message):
        reviews.review(warehouse, town.name, town.square, "rejected", **given)


def test_the_commands_carry_a_candidate_from_review_to_version(warehouse, town, run):
    before = json.loads(run("candidates", town.name, "--json").output)
    assert [spot["hexagons"] for spot in before["hot_spots"]] == [2, 1]
    assert not any(spot["is_accepted"] for spot in before["hot_spots"])
    assert run("accept", town.name, town.lone[0]).exit_code == 0
    rejected = run(
        *("reject", town.name, town.square[0], "--reason", "a lake"),
        *("--note", "nudge it north", "--reviewer", "Sgt Example"),
        *("--expires", NEXT_YEAR.isoformat()),
    )
    assert rejected.output == f"2 hexagons rejected until {NEXT_YEAR}.\n"
    shown = " ".join(run("candidates", town.name).output.split())
    for hexagon_id in town.square:
        assert (
            f"{hexagon_id} is kept out until {NEXT_YEAR} by Sgt Example: a lake "
            "(nudge it north)." in shown
        )
    after = json.loads(run("candidates", town.name, "--json").output)
    assert [spot["is_accepted"] for spot in after["hot_spots"]][:1] == [True]
    published = json.loads(run("publish", town.name, "--json").output)
    assert published["is_new"]
    assert published["hexagons_rejected"] == 2
    assert "is in force already" in run("publish", town.name).output
    assert "keep 2 hotter hexagons out" in " ".join(
        run("designate", town.name, "--no-publish").output.split()
    )


def test_what_was_rejected_can_be_accepted_again_by_its_id(warehouse, town, run):
    run("reject", town.name, town.square[0], "--reason", "a lake")
    assert run("accept", town.name, town.square[0]).output.startswith("2 hexagons")
    assert chosen(warehouse, town) == [*town.square, town.lone[0]]
    one = run("reject", town.name, town.square[0], "--reason", "a lake", "--cell-only")
    assert one.output.startswith("1 hexagon rejected")


def test_what_is_no_candidate_cannot_be_reviewed(warehouse, town, run):
    refused = run("reject", town.name, town.lone[3], "--reason", "a lake")
    assert isinstance(refused.exception, ReviewRejected)
    assert "is no candidate of borchester (all)" in str(refused.exception)


def test_a_review_holds_for_a_year_unless_it_says_when():
    assert reviews.default_expiry(date(2024, 2, 29), COVERAGE) == date(2025, 2, 28)
    assert reviews.default_expiry(date(2024, 11, 5), COVERAGE) == date(2025, 11, 5)
