"""The plan of a place: what it says, and that it prints on one marked page."""

import re

import pytest
import typer
from typer.testing import CliRunner

from rasure.places import commands
from rasure.places.errors import NoPlaces, PlanUnprintable
from rasure.places.plan import page as plan_page
from rasure.places.plan.facts import CrimeType, Period, read_plan
from rasure.places.plan.ground import SHAPE, in_shape
from rasure.places.plan.page import as_html, as_pdf
from tests.integration import plan_fixtures as made
from tests.integration.places_fixtures import force, warehouse

__all__ = ["force", "warehouse"]


def test_a_place_is_found_by_the_rank_that_pages_show_and_by_hexagon(force):
    hot = made.designated(force, is_day_dated=False)
    plan = read_plan(force.connection, force.name, "7")
    assert plan == read_plan(force.connection, force.name, hot)
    assert (plan.hexagon_id, plan.rank, plan.ranked) == (hot, 7, 2)
    assert "Number <b>7</b> of 2 places" in as_html(plan)
    assert plan.spot_hexagons == 3
    assert plan.ground.kinds == ("designated", "place")


def test_what_is_not_designated_has_no_plan(force):
    hot = made.designated(force, is_day_dated=True)
    for place in ("8", "1", "nowhere"):
        with pytest.raises(NoPlaces, match=rf"'{place}' is no designated .* the pages"):
            read_plan(force.connection, force.name, place)
    with pytest.raises(NoPlaces, match=r"No designation of 'borchester' \(night\)"):
        read_plan(force.connection, force.name, "7", "night")
    with pytest.raises(NoPlaces, match=r"do not count .* run `rasure transform`"):
        read_plan(force.connection, force.name, "7")
    with pytest.raises(NoPlaces, match="run `rasure transform`"):
        read_plan(force.connection, force.name, force.neighbours(hot)[0])


def test_published_crimes_are_counted_by_months_and_have_no_week(force):
    made.designated(force, is_day_dated=False)
    plan = read_plan(force.connection, force.name, "7")
    assert plan.counts.periods == (Period("Last 3 months", 27, 9, None),)
    assert plan.counts.types == (CrimeType("Violence and sexual offences", 36),)
    assert plan.week is None
    page = as_html(plan)
    assert "crimes are published by month" in page
    assert "when the strip is dark" not in page
    force.connection.execute("update marts.hot_places set months_observed = 5")
    counts = read_plan(force.connection, force.name, "7").counts
    assert counts.periods == (Period("Last 3 months", 27, None, None),)


@pytest.mark.parametrize("frame", [(0, 0, 400, 1000), (0, 0, 4000, 1000)])
def test_the_map_takes_the_shape_of_its_place_on_the_page(frame):
    west, south, east, north = in_shape(*frame)
    assert (east - west) / (north - south) == pytest.approx(SHAPE)
    assert max(west, south) <= 0
    assert east >= frame[2]
    assert north >= frame[3]
    assert (west + east, south + north) == pytest.approx((frame[2], frame[3]))


def test_a_plan_has_the_counts_of_its_place_and_window(force):
    hot = made.designated(force, is_day_dated=True)
    connection = force.connection
    made.count(
        connection,
        hot,
        "all",
        crimes_28_days=3,
        crimes_28_days_before=2,
        crimes_28_days_year_before=4,
        crimes_12_months=7,
        crimes_12_months_before=5,
        crimes_six_years=11,
        crimes_by_type='{"Affray": 1, "Murder": 1, "Wounding": 9}',
        knife_share=1 / 11,
    )
    made.count(connection, hot, "night", crimes_six_years=6)
    made.count(connection, "borchester:0:0", "all", crimes_six_years=99)
    counts = read_plan(connection, force.name, "7").counts
    assert counts.periods == (
        Period("Last 28 days", 3, 2, 4),
        Period("Last 12 months", 7, 5, None),
    )
    assert counts.types == (
        CrimeType("Wounding", 9),
        CrimeType("Affray", 1),
        CrimeType("Murder", 1),
    )
    assert (counts.crimes, counts.knife_share) == (11, 1 / 11)


def test_a_plan_for_the_night_counts_what_is_known_to_be_of_the_night(force):
    hot = made.designated(force, is_day_dated=True)
    force.connection.execute("update places.designations set patrol_window = 'night'")
    made.count(force.connection, hot, "all", crimes_six_years=3)
    made.count(force.connection, hot, "night", crimes_six_years=1)
    made.week(force.connection, "force", force.name, force.name)
    plan = read_plan(force.connection, force.name, "7", "night")
    assert plan.counts.crimes == 1
    page = as_html(plan)
    assert page.count('class="s0 out"') + page.count('class="s5 out"') == 7 * 12
    assert "the night, 19:00 to 07:00" in page


def test_the_week_is_the_places_own_or_of_what_it_lies_in(force):
    hot = made.designated(force, is_day_dated=True)
    connection = force.connection
    made.count(connection, hot, "all")
    made.week(connection, "force", force.name, force.name)
    week = read_plan(connection, force.name, "7").week
    assert (week.level, week.subject, week.known_time_events) == ("force", "Force", 40)
    made.week(connection, "area", "area", force.name)
    made.week(connection, "place", "borchester:0:0", force.name)
    assert read_plan(connection, force.name, "7").week.level == "area"
    made.week(connection, "place", hot, force.name)
    connection.execute(
        "insert into marts.place_profile (hexagon_id, peak_hours)"
        " values (%s, '00:00 to 04:00')",
        (hot,),
    )
    week = read_plan(connection, force.name, "7").week
    assert (week.level, week.peak_hours) == ("place", "00:00 to 04:00")
    assert week.rows[0] == ("Mon", [5] + 23 * [0])
    assert week.rows[6] == ("Sun", 24 * [0])


def test_the_page_asks_nobody_and_believes_no_name(force, monkeypatch):
    monkeypatch.setenv("RASURE_PROTECTIVE_MARKING", "OFFICIAL-SENSITIVE")
    made.designated(force, False, place_name="High <b>Street</b>")
    page = as_html(read_plan(force.connection, force.name, "7"))
    assert "High &lt;b&gt;Street&lt;/b&gt;" in page
    assert not re.search(r"(src|href|url)\s*[=(]|https?:|<script", page)
    assert page.count('class="marking">OFFICIAL-SENSITIVE<') == 2
    assert "{{" not in page


def test_it_prints_one_marked_page(force, tmp_path, monkeypatch):
    monkeypatch.setenv("RASURE_PROTECTIVE_MARKING", "OFFICIAL-SENSITIVE")
    hot = made.designated(force, is_day_dated=True)
    made.count(force.connection, hot, "all", crimes_six_years=1, knife_share=1.0)
    made.week(force.connection, "force", force.name, force.name)
    app = typer.Typer(pretty_exceptions_enable=False)
    commands.register(app)
    file = tmp_path / "plan.pdf"
    printed = CliRunner().invoke(
        app, ["places", "plan", force.name, hot, "--out", str(file)]
    )
    assert printed.exit_code == 0, printed.output
    assert printed.output == f"{file}: High Street, number 7 of 2.\n"
    pdf = file.read_bytes()
    assert len(plan_page.PAGE.findall(pdf)) == 1
    assert re.search(rb"/MediaBox \[0 0 59[45]\S* 84[12]\S*\]", pdf)
    said = made.words(pdf)
    assert said.count("OFFICIAL-SENSITIVE") == 2
    assert said.splitlines()[0] == "OFFICIAL-SENSITIVE"
    assert "High Street" in said
    assert "About 15 minutes a visit" in said
    plan = read_plan(force.connection, force.name, "7")
    for text in (plan.designation_id, "1 May 2025", "until replaced", hot):
        assert text in said.replace("\n", ""), text


def test_long_names_make_the_type_smaller_and_too_long_ones_are_refused(force):
    made.designated(force, is_day_dated=False, place_name="Long Street, " * 40)
    pdf = as_pdf(as_html(read_plan(force.connection, force.name, "7")))
    assert len(plan_page.PAGE.findall(pdf)) == 1
    force.connection.execute(
        "update marts.hot_places set place_name = repeat('A ', 9999)"
    )
    with pytest.raises(PlanUnprintable, match="does not fit on one page"):
        as_pdf(as_html(read_plan(force.connection, force.name, "7")))


def test_without_a_browser_it_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PlanUnprintable, match="install the package chromium"):
        as_pdf("<main></main>")
