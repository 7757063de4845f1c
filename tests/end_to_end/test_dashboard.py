"""The dashboard in a real browser, on a desk and on a phone, tab by tab."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.end_to_end import browsing

# What published crime can fill; the rest waits for a records-management system.
TABS = [
    "Overview",
    "Places",
    "Institutions",
    "Trends by area",
    "Stop and search",
    "Data quality",
]
STAMP = "How new the data are"
EXPECTED = {
    "Overview": {"Key figures", "Crime by month", "Ten highest places"},
    "Places": {
        "Map of hot places",
        "Ranked places",
        "Crime mix of the chosen place",
        "Months of the chosen place",
    },
    "Institutions": {"Hot institutions", "Prevention plans of institutions"},
    "Trends by area": {"Serious violence by area", "Areas compared", "Crime types"},
    "Stop and search": {"Months covered"},
    "Data quality": {"Data as at, by source", "Deliveries", "Geocode report"},
}


@pytest.fixture(autouse=True)
def settings_of_home() -> None:
    """These tests speak to Superset only; no home is made when one is named."""


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> browsing.Site:
    return browsing.site(request)


@pytest.fixture(scope="module")
def browser(site) -> Iterator:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsing.CHROMIUM, args=browsing.FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["desktop", "phone"])
def visit(browser, site, request) -> Iterator[browsing.Visit]:
    """The dashboard open, as wide as a desk's screen or a phone's."""
    visit = browsing.visit(browser, site, request.param)
    visit.open_dashboard()
    yield visit
    visit.page.context.close()


@pytest.fixture
def desk(browser, site) -> Iterator[browsing.Visit]:
    """The dashboard open on a desk, in a session of its own."""
    visit = browsing.visit(browser, site, "desktop")
    visit.open_dashboard()
    visit.charts()
    yield visit
    visit.page.context.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory) -> Path:
    given = os.environ.get("RASURE_SCREENSHOTS")
    folder = Path(given) if given else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("tab", TABS)
def test_every_chart_of_a_tab_is_drawn_and_can_be_read(visit, screenshots, tab):
    charts = visit.open_tab(tab)
    visit.screenshot(screenshots, tab)
    assert {chart["name"] for chart in charts} >= EXPECTED[tab] | {STAMP}
    assert browsing.faults(charts) == []
    assert visit.page.inner_text(".rasure-marking") == "OFFICIAL"
    assert "Open Government Licence v3.0" in visit.page.inner_text(".rasure-licence")
    width = browsing.SIZES[visit.size]["viewport"]["width"]
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    for chart in charts:
        assert chart["left"] >= 0, chart["name"]
        assert chart["right"] <= width, chart["name"]
    if visit.size == "phone":
        wide = [chart for chart in charts if chart["width"] > width * 0.8]
        assert wide, "no chart is as wide as the phone"
        assert min(chart["width"] for chart in charts) > width * 0.35


def test_only_the_tabs_that_published_crime_fills_are_there(desk):
    tabs = desk.page.locator(".ant-tabs-tab").all_inner_texts()
    assert [tab.strip() for tab in tabs] == TABS


def test_the_map_shows_hexagons_over_outlines_without_a_network(visit):
    visit.open_tab("Places")
    canvas = visit.page.locator("[data-test-chart-name='Map of hot places'] canvas")
    assert browsing.colours(visit.page, canvas.first.screenshot()) > 40
    assert visit.hosts_that_answered == {visit.site.url}


def test_nothing_the_page_asks_for_is_refused(desk):
    for tab in TABS:
        desk.open_tab(tab)
    assert desk.refused == []


def test_filters_reach_the_charts_and_outlive_a_reload(desk):
    page = desk.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.click("[data-test='filter-bar'] .ant-select:has(#NATIVE_FILTER-area)")
    option = page.locator(".ant-select-item-option").nth(1)
    option.wait_for(timeout=15_000)
    area = option.inner_text().strip()
    option.click()
    page.keyboard.press("Escape")
    page.click("[data-test='filter-bar__apply-button']")
    page.wait_for_url(lambda url: "native_filters_key" in url, timeout=15_000)
    page.wait_for_timeout(3000)
    wanted = {"col": "area", "op": "IN", "val": [area]}
    assert any(wanted in body[0]["filters"] for body in desk.queries.values())

    desk.queries.clear()
    page.reload()
    page.wait_for_selector(".chart-slice", timeout=60_000)
    desk.charts()
    assert area in page.inner_text("[data-test='filter-bar']")
    assert any(wanted in body[0]["filters"] for body in desk.queries.values())


def test_choosing_a_place_in_the_list_shows_its_profile(desk):
    desk.open_tab("Places")
    cell = desk.page.locator(
        "[data-test-chart-name='Ranked places'] tbody tr:first-child td:first-child"
    ).first
    place = cell.inner_text().strip()
    assert place.startswith("1. ")
    desk.queries.clear()
    cell.click()
    desk.page.wait_for_timeout(4000)
    queries = list(desk.queries.values())
    assert len(queries) == 2, "the crime mix and the months, nothing else"
    for body in queries:
        assert {"col": "place", "op": "IN", "val": [place]} in body[0]["filters"]


def test_an_officer_cannot_open_sql_lab_or_explore(desk):
    page = desk.page
    menu = page.inner_text("#main-menu")
    assert "SQL" not in menu
    for path in ("/api/v1/sqllab/", "/api/v1/database/", "/api/v1/dataset/"):
        assert page.request.get(desk.site.url + path).status in (401, 403, 404), path
    page.goto(desk.site.url + "/sqllab/")
    page.wait_for_timeout(2000)
    assert page.locator(".ace_editor").count() == 0
    page.goto(desk.site.url + "/")
    page.wait_for_url(lambda url: browsing.PATH in url, timeout=15_000)
