"""Plans for institutions: who owns one, when it is looked at again, what is late."""

import json
from datetime import date, timedelta

import pytest
import typer
from typer.testing import CliRunner

from rasure.places import commands
from rasure.places.errors import PlanRejected
from rasure.places.institutions import listed, write_plan
from tests.integration.places_fixtures import force, warehouse

__all__ = ["force", "warehouse"]

SOON = date.today() + timedelta(days=30)
PLAN = {
    "plan": "Night security at the door",
    "owner": "Insp Example",
    "by": "Sgt Example",
    "review_date": SOON,
}


@pytest.fixture
def hospital(force):
    """A listed hospital, and a prison that only a label names, both with crime."""
    force.connection.execute(
        "insert into geo.institutions select 'general', %s, 'Borchester General',"
        " 'hospital', 'made up', 100, st_buffer(centroid, 100)"
        " from geo.hexagons limit 1",
        (force.name,),
    )
    force.connection.execute(
        "create table core.int_institution_crimes as"
        " select %s as force, * from (values"
        " ('general', 'Borchester General', 'hospital', 40),"
        " ('prison@borchester:1:1', 'Prison', 'prison', 90)) as crimes"
        " (institution_id, institution_name, institution_kind, crimes)",
        (force.name,),
    )
    return force


def plans(force):
    return {
        one.institution_id: (one.plan, one.plan_owner, one.review_date)
        for one in listed(force.connection, force.name)
    }


def test_the_newest_plan_holds_and_a_closed_one_is_none(hospital):
    write_plan(hospital.connection, hospital.name, "general", **PLAN)
    newer = PLAN | {"plan": "CCTV"}
    write_plan(hospital.connection, hospital.name, "general", **newer)
    write_plan(hospital.connection, hospital.name, "prison@borchester:1:1", **PLAN)
    assert plans(hospital)["general"] == ("CCTV", "Insp Example", SOON)
    write_plan(
        hospital.connection, hospital.name, "prison@borchester:1:1", close=True, **PLAN
    )
    assert plans(hospital)["prison@borchester:1:1"] == (None, None, None)
    # Written once, never changed.
    kept = hospital.connection.execute(
        "select count(*), count(distinct written_by) from places.institution_plans"
    )
    assert kept.fetchone() == (4, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"plan": " "}, "needs --plan"),
        ({"owner": ""}, "needs --owner"),
        ({"by": ""}, "needs --by"),
        ({"review_date": date.today() - timedelta(days=1)}, "is past"),
    ],
)
def test_a_plan_that_says_too_little_is_refused(hospital, changes, message):
    with pytest.raises(PlanRejected, match=message):
        write_plan(hospital.connection, hospital.name, "general", **PLAN | changes)
    assert plans(hospital)["general"] == (None, None, None)


def test_an_institution_that_the_force_does_not_have_is_refused(hospital):
    for force_name, institution in ((hospital.name, "none"), ("ambridge", "general")):
        with pytest.raises(PlanRejected, match="`rasure places institution list"):
            write_plan(hospital.connection, force_name, institution, **PLAN)


def test_the_commands_write_and_show_what_needs_attention(hospital):
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)

    def run(*more):
        return CliRunner().invoke(app, ["places", "institution", *more])

    kept = run(
        *(
            "plan",
            hospital.name,
            "general",
            "--plan",
            "CCTV",
            "--owner",
            "Insp Example",
        ),
        *("--review-date", str(SOON)),
    )
    assert kept.exit_code == 0, kept.output
    assert kept.output.startswith(f"Plan of general kept until {SOON}.")
    shown = json.loads(run("list", hospital.name, "--json").output)
    assert [one["institution_id"] for one in shown] == [
        "prison@borchester:1:1",
        "general",
    ]
    late = json.loads(run("list", hospital.name, "--attention", "--json").output)
    assert [one["institution_id"] for one in late] == ["prison@borchester:1:1"]
    hospital.connection.execute(
        "update places.institution_plans set review_date = current_date - 1"
    )
    output = run("list", hospital.name).output
    assert "overdue" in output
    assert "2 institutions with crime, 2 without a plan or overdue." in output
