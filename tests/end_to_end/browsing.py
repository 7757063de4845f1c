"""A real Chromium on a real Superset, for the tests of the dashboard.

The Superset is the one that `RASURE_SUPERSET_URL`, `RASURE_SUPERSET_USER` and
`RASURE_SUPERSET_PASSWORD` name, or else the one of the session's home.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rasure.instruments.bench import dashboard
from rasure.places.plan.page import FLAGS
from rasure.runtime.drawn import CHARTS, IS_DRAWN
from rasure.runtime.photograph import WITHOUT_CARD, colours
from rasure_superset.charts_api import ChartClient

__all__ = ["colours"]  # the tests call it by this module

CHROMIUM = "/usr/bin/chromium"
# Draw deck.gl without a graphics card.
FLAGS = [*FLAGS, *WITHOUT_CARD]
SIZES = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
SLUG = "serious-violence"
PATH = f"/superset/dashboard/{SLUG}/"
COMPLAINTS = ("no data", "no results", "unexpected error", "access denied")
# Every chart of the page: is it drawn, and does it complain?
STATE = f"""() => {CHARTS}.map(chart => {{
    const box = chart.getBoundingClientRect();
    return {{
        name: chart.dataset.testChartName,
        left: box.left, right: box.right, width: box.width,
        drawn: {IS_DRAWN}(chart),
        complains: !!chart.querySelector('.ant-empty, .ant-alert, [role=alert]'),
        text: chart.innerText,
    }};
}})"""


@dataclass(frozen=True)
class Site:
    """The address of a Superset and an account to log in with."""

    url: str
    user: str
    password: str


@dataclass
class Visit:
    """A page with a user logged in, and the queries that it sent."""

    page: object
    site: Site
    size: str
    queries: dict[int, list[dict]] = field(default_factory=dict)
    hosts_that_answered: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def open_dashboard(self, slug: str = SLUG) -> None:
        """Open a dashboard by its address."""
        self.page.goto(f"{self.site.url}/superset/dashboard/{slug}/")
        self.page.wait_for_selector(".chart-slice", timeout=60_000)

    def open_tab(self, title: str) -> list[dict]:
        """Open a tab, wait until its charts are drawn; returns each chart's state."""
        page = self.page
        tab = page.locator(".ant-tabs-tab", has_text=title).first
        more = page.locator(".ant-tabs-nav-more").first
        box, limit = tab.bounding_box(), SIZES[self.size]["viewport"]["width"]
        if more.is_visible():
            limit = more.bounding_box()["x"]
        if box["x"] < 0 or box["x"] + box["width"] > limit:
            self._choose_by_keyboard(tab)
        else:
            tab.click()
        page.wait_for_function(
            "title => document.querySelector('.ant-tabs-tab-active')"
            ".innerText.includes(title)",
            arg=title,
        )
        page.wait_for_timeout(500)
        return self.charts()

    def _choose_by_keyboard(self, tab) -> None:
        """Open a tab for which the row of tabs has no room.

        The menu of such tabs opens under the pointer, and closes when the page moves
        while charts are drawn; the keyboard does not depend on where things are.
        """
        tab.locator("[role=tab]").first.focus()
        self.page.keyboard.press("Enter")

    def charts(self) -> list[dict]:
        """Make the window as tall as the page and return the states of its charts."""
        width = SIZES[self.size]["viewport"]["width"]
        self.page.set_viewport_size({"width": width, "height": 3600})
        for _ in range(120):
            state = self.page.evaluate(STATE)
            if state and all(chart["drawn"] for chart in state):
                break
            self.page.wait_for_timeout(500)
        height = self.page.evaluate(
            f"Math.ceil(Math.max(...{CHARTS}"
            ".map(chart => chart.getBoundingClientRect().bottom))"
            " + document.querySelector('.rasure-licence').offsetHeight) + 100"
        )
        self.page.set_viewport_size({"width": width, "height": max(height, 844)})
        self.page.wait_for_timeout(2500)
        return self.page.evaluate(STATE)

    def screenshot(self, folder: Path, name: str) -> Path:
        """Photograph the whole page."""
        path = folder / f"{self.size}-{name.lower().replace(' ', '-')}.png"
        self.page.screenshot(path=str(path))
        return path


def site(request: pytest.FixtureRequest) -> Site:
    """The Superset to test: the one the environment names, or these tests' home."""
    url = os.environ.get("RASURE_SUPERSET_URL")
    if url:
        user = os.environ.get("RASURE_SUPERSET_USER", "officer")
        return Site(url.rstrip("/"), user, os.environ["RASURE_SUPERSET_PASSWORD"])
    home = request.getfixturevalue("home")
    return Site(home.url("superset"), "officer", home.password("superset", "officer"))


def site_of(request: pytest.FixtureRequest, site: Site, user: str) -> Site:
    """The same Superset with another account of the home.

    Its password is in the JSON file that `RASURE_SUPERSET_USERS` names, or else in the
    session's home.
    """
    given = os.environ.get("RASURE_SUPERSET_USERS")
    if given:
        return Site(site.url, user, json.loads(Path(given).read_text())[user])
    home = request.getfixturevalue("home")
    return Site(site.url, user, home.password("superset", user))


def client(request: pytest.FixtureRequest, site: Site, user: str) -> ChartClient:
    """A session of another account with the API of the same Superset."""
    other = site_of(request, site, user)
    return ChartClient(other.url, other.user, other.password)


def faults(charts: list[dict]) -> list[str]:
    """The charts of a tab that are not drawn or show a complaint, with its text."""
    faults = [f"{chart['name']} is not drawn" for chart in charts if not chart["drawn"]]
    for chart in charts:
        text = chart["text"].lower()
        if chart["complains"] or any(word in text for word in COMPLAINTS):
            faults.append(f"{chart['name']}: {text[:200]}")
    return faults


def visit(browser, site: Site, size: str) -> Visit:
    """Log in, in a window of that size."""
    page = browser.new_context(**SIZES[size]).new_page()
    result = Visit(page, site, size)

    def note_request(request) -> None:
        if "/api/v1/chart/data" in request.url and request.method == "POST":
            body = request.post_data_json
            chart = body["form_data"].get("slice_id")
            if chart:
                result.queries[chart] = body["queries"]

    def note_response(response) -> None:
        if response.url.startswith(("data:", "blob:")):
            return
        result.hosts_that_answered.add("/".join(response.url.split("/")[:3]))
        if response.status >= 400:
            result.refused.append(f"{response.status} {response.url}")

    page.on("request", note_request)
    page.on("response", note_response)
    dashboard.log_in(page, site.url, site.user, site.password)
    return result
