"""`dashboard_interactive` and `dashboard_drawn`: seconds in a real browser.

An officer who has opened the dashboard before opens it again. It is interactive when a
chart of the overview has its figures and a click has opened another tab, and drawn when
every chart of the overview is drawn. The browser itself reports when the tab has opened
(start and duration of the click until the next paint, W3C Event Timing), because the
driver learns of it only after the charts of that tab. Each round begins on an empty
page after a rest, because browser and server may still work for the round before. The
floor of both is the plainest page of the server in the same browser.
"""

from __future__ import annotations

from collections.abc import Callable

from rasure.instruments.bench.measures import Measure, median, seconds
from rasure.places.plan.page import FLAGS, browser_path
from rasure.runtime.drawn import CHARTS, IS_DRAWN
from rasure.settings import Settings

ROUNDS = 5
USER = "officer"
LOG_IN_MS = 60_000
REST_MS = 2000
PATH = "/superset/dashboard/serious-violence/"
OTHER_TAB = "Places"
ACTIVE = "title => document.querySelector('.ant-tabs-tab-active').innerText === title"
NOTE_TOUCHES = """
    window.touches = [];
    new PerformanceObserver(list => {
        for (const touch of list.getEntriesByName('click'))
            window.touches.push((touch.startTime + touch.duration) / 1000);
    }).observe({type: 'event', durationThreshold: 16});
"""
ANSWERED = "() => window.touches[0]"  # seconds since the request for the page
SOME_DRAWN = f"() => {CHARTS}.some({IS_DRAWN})"
# Superset draws a chart once it is in view, so the page is made tall first.
ALL_DRAWN = f"""() => {{
    const charts = {CHARTS};
    return charts.length > 5 && charts.every({IS_DRAWN});
}}"""
DESK = {"width": 1440, "height": 900}
TALL = {"width": 1440, "height": 2400}


def measure() -> list[Measure]:
    """The two measures, on this home's running Superset."""
    from playwright.sync_api import sync_playwright

    settings = Settings.load()
    site = f"http://127.0.0.1:{settings.stored['ports']['superset']}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        try:
            page = browser.new_page(viewport=DESK)
            log_in(page, site, USER, settings.secrets["superset"][USER])
            page.add_init_script(NOTE_TOUCHES)
            return _measures(page, site)
        finally:
            browser.close()


def _measures(page, site: str) -> list[Measure]:
    def interactive() -> float:
        page.goto(site + PATH, wait_until="commit")
        page.wait_for_function(SOME_DRAWN)
        page.locator(".ant-tabs-tab", has_text=OTHER_TAB).first.click()
        page.wait_for_function(ACTIVE, arg=OTHER_TAB)
        return page.wait_for_function(ANSWERED).json_value()

    def drawn() -> float:
        def visit() -> None:
            page.goto(site + PATH, wait_until="commit")
            page.wait_for_function(ALL_DRAWN)

        return seconds(visit)

    floor = _median(page, lambda: seconds(lambda: page.goto(site + "/health")))
    interactive_seconds = _median(page, interactive)
    page.set_viewport_size(TALL)
    return [
        Measure("dashboard_interactive", interactive_seconds, "s", floor),
        Measure("dashboard_drawn", _median(page, drawn), "s", floor),
    ]


def _median(page, visit: Callable[[], float]) -> float:
    """The median of the seconds that `visit` returns."""
    visits = []
    for _ in range(1 + ROUNDS):  # the first fills the browser's cache
        page.goto("about:blank")
        page.wait_for_timeout(REST_MS)
        visits.append(visit())
    return median(visits[1:])


def log_in(page, site: str, user: str, password: str) -> None:
    """Log in to the Superset at an address, by its form."""
    page.goto(site + "/login/")
    page.fill("[data-test=username-input]", user)
    page.fill("[data-test=password-input]", password)
    page.click("[data-test=login-button]")
    page.wait_for_url(
        lambda url: "/login" not in url, timeout=LOG_IN_MS, wait_until="commit"
    )
