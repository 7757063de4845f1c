"""The dashboard's charts through Superset's API, as the benchmark runs them."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import sync_playwright

from rasure_superset.charts_api import ChartApiError, ChartClient
from tests.end_to_end import browsing

SLUG = "serious-violence"


@pytest.fixture(autouse=True)
def settings_of_home() -> None:
    """These tests speak to Superset only; no home is made when one is named."""


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> browsing.Site:
    return browsing.site(request)


@pytest.fixture(scope="module")
def client(site) -> ChartClient:
    return ChartClient(site.url, site.user, site.password)


def test_every_chart_has_rows_and_is_faster_the_second_time(client):
    charts = client.charts(SLUG)
    assert len(charts) >= 20
    for chart in charts:
        cold = client.run(chart, force=True)
        warm = client.run(chart)
        assert cold.rows > 0, chart.name
        assert (cold.is_cached, warm.is_cached) == (False, True), chart.name
        assert warm.rows == cold.rows, chart.name


def test_a_wrong_password_is_refused(site):
    with pytest.raises(ChartApiError, match="does not let"):
        ChartClient(site.url, site.user, "not the password")


def test_every_page_is_marked_before_anybody_has_logged_in_too(site, client):
    for page in (httpx.get(f"{site.url}/login/"), client.http.get(browsing.PATH)):
        assert '<div class="rasure-marking">OFFICIAL</div>' in page.text
        assert "Open Government Licence v3.0" in page.text


def test_what_the_login_page_reports_leaves_the_session_alone(site):
    """Otherwise an answer that comes after a login undoes the login."""
    with httpx.Client(base_url=site.url) as client:
        page = client.get("/login/")
        reported = client.post("/superset/log/?explode=events", data={"events": "[]"})
    assert "session" in page.cookies
    assert reported.status_code == 204
    assert "set-cookie" not in reported.headers


def test_the_stored_queries_are_the_ones_the_page_sends(client, site):
    """Otherwise the caches are warmed for queries that no page sends."""
    stored = {chart.chart_id: chart for chart in client.charts(SLUG)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsing.CHROMIUM, args=browsing.FLAGS
        )
        visit = browsing.visit(browser, site, "desktop")
        visit.open_dashboard()
        for tab in ("Overview", "Places", "Institutions", "Trends by area"):
            visit.open_tab(tab)
        browser.close()
    assert len(visit.queries) >= 15
    for chart_id, queries in visit.queries.items():
        for query in queries:
            query["url_params"] = {}
        assert queries == stored[chart_id].body["queries"], stored[chart_id].name
