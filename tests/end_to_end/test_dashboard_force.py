"""What a records-management system adds: hours, crimes one by one, plans, people.

The small simulated force lands in the home that has published crime already, so that
one Superset shows both.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from rasure_superset.charts_api import ChartClient
from tests.end_to_end import browsing, simulated_force
from tests.end_to_end.test_dashboard import screenshots  # noqa: F401 (a fixture)

# Who opens what: account, dashboard, its tabs, and how wide the screen is.
VISITS = {
    "overview": (
        "officer",
        "serious-violence",
        ["Overview", "Places", "Times", "Institutions", "Crimes"],
        "desktop",
    ),
    "on the phone": ("officer", "serious-violence", ["Times", "Crimes"], "phone"),
    "risk": (
        "offender_manager",
        "people-risk",
        ["People (risk)", "Person profile"],
        "desktop",
    ),
    "vulnerable": (
        "safeguarding",
        "people-vulnerable",
        ["People (vulnerable)", "Under 18", "Person profile"],
        "phone",
    ),
}
NEW_CHARTS = {
    "My area now",
    "Last day, week and four weeks",
    "Briefing of the chosen place",
    "Map of clusters",
    "Hours of the force",
    "Hours of the areas",
    "Day and night of the areas",
    "Crimes",
    "The crime",
}
# Published files alone fill these; a sentence above them says so.
PUBLISHED_ONLY = {"Data as at, by source", "Months covered"}


@pytest.fixture(autouse=True)
def settings_of_home() -> None:
    """These tests speak to Superset only; no home is made when one is named."""


@pytest.fixture(scope="module")
def site(request, tmp_path_factory) -> browsing.Site:
    """A Superset that shows the simulated force too."""
    site = browsing.site(request)
    if not simulated_force_is_shown(site):
        home = request.getfixturevalue("home")
        simulated_force.publish(home, tmp_path_factory.mktemp("force"))
    return site


def simulated_force_is_shown(site) -> bool:
    client = ChartClient(site.url, site.user, site.password)
    return any(chart.name == "My area now" for chart in client.charts(browsing.SLUG))


@pytest.fixture(scope="module")
def client_of(request, site):
    """A function that logs an account in."""

    return partial(browsing.client, request, site)


@pytest.fixture(scope="module")
def browser(site) -> Iterator:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsing.CHROMIUM, args=browsing.FLAGS
        )
        yield browser
        browser.close()


@pytest.mark.parametrize("name", VISITS)
def test_every_tab_has_its_charts_and_none_complains(
    request,
    site,
    browser,
    screenshots: Path,  # noqa: F811
    client_of,
    name,
):
    user, slug, tabs, size = VISITS[name]
    visit = browsing.visit(browser, browsing.site_of(request, site, user), size)
    visit.open_dashboard(slug)
    width = browsing.SIZES[size]["viewport"]["width"]
    for tab in tabs:
        charts = visit.open_tab(tab)
        visit.screenshot(screenshots, f"{slug}-{tab}")
        own = [chart for chart in charts if chart["name"] not in PUBLISHED_ONLY]
        assert browsing.faults(own) == [], tab
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        stamp = visit.page.locator(".rasure-stamp:visible").first
        assert "Data as at 01 Jan 2026, 04:00" in stamp.inner_text()
        assert "LATE" in stamp.inner_text()
        colour = stamp.evaluate("e => getComputedStyle(e).backgroundColor")
        assert colour == "rgb(179, 38, 30)", tab
    assert visit.refused == []
    stored = {chart.chart_id: chart for chart in client_of(user).charts(slug)}
    for chart_id, queries in visit.queries.items():
        for query in queries:
            query["url_params"] = {}
        assert queries == stored[chart_id].body["queries"], stored[chart_id].name
    visit.page.context.close()


@pytest.mark.parametrize(
    ("user", "slug"), sorted({(visit[0], visit[1]) for visit in VISITS.values()})
)
def test_every_chart_has_rows(client_of, user, slug):
    client = client_of(user)
    charts = client.charts(slug)
    empty = {chart.name for chart in charts if not client.run(chart).rows}
    assert empty <= PUBLISHED_ONLY
    if slug == browsing.SLUG:
        assert {chart.name for chart in charts} >= NEW_CHARTS


def test_the_published_force_is_shown_as_before(client_of):
    client = client_of("officer")
    for chart in client.charts(browsing.SLUG):
        if chart.name in {"Ranked places", "Crime by month", "Data as at, by source"}:
            for query in chart.body["queries"]:
                query["filters"] = [
                    {"col": "force_name", "op": "!=", "val": simulated_force.FORCE}
                ]
            assert client.run(chart, force=True).rows > 0, chart.name


def test_three_clicks_from_the_overview_to_a_crime(site, browser):
    visit = browsing.visit(browser, site, "desktop")
    visit.open_dashboard()
    visit.charts()
    page = visit.page
    area = page.locator("[data-test-chart-name='My area now'] tbody td").first
    name = area.inner_text().strip()
    area.click()
    page.wait_for_timeout(1000)
    visit.queries.clear()
    visit.open_tab("Crimes")
    wanted = {"col": "area", "op": "IN", "val": [name]}
    filtered = [body for body in visit.queries.values() if wanted in body[0]["filters"]]
    assert len(filtered) == 3
    number = page.locator("[data-test-chart-name='Crimes'] tbody tr td").nth(1)
    occurrence = number.inner_text().strip()
    number.click()
    detail = page.locator("[data-test-chart-name='The crime'] tbody tr")
    page.wait_for_timeout(4000)
    assert [row.split()[0] for row in detail.all_inner_texts()] == [occurrence]
    page.context.close()


@pytest.mark.parametrize(
    ("user", "refused"),
    [
        ("officer", ["people-risk", "people-vulnerable"]),
        ("engineer", ["people-risk", "people-vulnerable"]),
        ("offender_manager", ["people-vulnerable"]),
        ("safeguarding", ["people-risk"]),
    ],
)
def test_a_user_without_the_right_to_a_list_gets_neither_page_nor_rows(
    client_of, user, refused
):
    analyst, other = client_of("analyst"), client_of(user)
    shown = other.http.get("/api/v1/dashboard/").json()["result"]
    assert not {board["slug"] for board in shown} & set(refused)
    for slug in refused:
        assert other.http.get(f"/api/v1/dashboard/{slug}").status_code == 404
        for chart in analyst.charts(slug):
            answer = other.http.post("/api/v1/chart/data", json=chart.body)
            assert answer.status_code == 403, chart.name
            assert "person" not in answer.text
