"""Photograph a page of the dashboards for a report, once all of it is drawn.

    python -m rasure.runtime.photograph < ORDER > PICTURE

The order is JSON: the `url`, and the `cookies` and `headers` to ask with; they are
secret, so they are on no command line. The picture is a PNG as wide as a desk's screen
and as tall as the page. It ends with exit code 1 and a sentence if a chart is not drawn
or a map is blank: what is not whole is never sent.
"""

from __future__ import annotations

import base64
import json
import sys
from urllib.parse import urlsplit

from rasure.errors import RasureError
from rasure.places.plan.page import FLAGS, browser_path
from rasure.runtime.drawn import CHARTS, COLOURS, IS_DRAWN

WIDTH = 1440
TALL = 3600  # dots; Superset draws a chart once it is in view
SECONDS = 180  # for all charts to be drawn
FEWEST_COLOURS = 12  # of a canvas on which something is drawn
# Draw maps (WebGL) without a graphics card.
WITHOUT_CARD = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
WITHOUT_SHARED_MEMORY = ("--disable-dev-shm-usage",)  # which containers have little of
FAILED = "!!chart.querySelector('.ant-alert, [role=alert]')"
EMPTY = "!!chart.querySelector('.ant-empty')"
SETTLED = f"""() => {{
    const charts = {CHARTS};
    return charts.length > 0 && charts.every(
        chart => {IS_DRAWN}(chart) || {FAILED} || {EMPTY});
}}"""
BOTTOM = f"""() => Math.ceil(Math.max(
    ...{CHARTS}.map(chart => chart.getBoundingClientRect().bottom)
) + (document.querySelector('.rasure-licence')?.offsetHeight ?? 0)) + 60"""


class NotDrawn(RasureError):
    """A page could not be photographed whole."""


def photograph(url: str, cookies: dict[str, str], headers: dict[str, str]) -> bytes:
    """The page at `url` as PNG. Raises `NotDrawn`, or `PlanUnprintable` if this
    machine has no browser."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(),
            args=[*FLAGS, *WITHOUT_CARD, *WITHOUT_SHARED_MEMORY],
        )
        try:
            context = browser.new_context(
                viewport={"width": WIDTH, "height": TALL},
                extra_http_headers=headers,
                bypass_csp=True,
            )
            context.set_default_timeout(SECONDS * 1000)
            site = "{0.scheme}://{0.netloc}/".format(urlsplit(url))
            context.add_cookies(
                [
                    {"name": name, "value": value, "url": site, "httpOnly": True}
                    for name, value in cookies.items()
                ]
            )
            page = context.new_page()
            page.goto(url, wait_until="domcontentloaded")
            return _picture(page)
        except Error as error:
            reason = error.message.splitlines()[0]
            raise NotDrawn(f"The page was not photographed: {reason}") from error
        finally:
            browser.close()


def colours(page, png: bytes) -> int:
    """How many different colours a picture has; `page` is any page of a browser."""
    return page.evaluate(COLOURS, base64.b64encode(png).decode())


def _picture(page) -> bytes:
    """The page as PNG, once its charts are drawn and its maps have colours."""
    page.locator(".chart-slice").first.wait_for()
    try:
        page.wait_for_function(SETTLED)
    finally:
        _check(
            page,
            f"chart => !({IS_DRAWN}(chart) || {FAILED} || {EMPTY})",
            f"not drawn after {SECONDS} s",
        )
    _check(page, f"chart => {FAILED}", "shown with an error")
    if not page.locator(".rasure-marking").inner_text().strip():
        raise NotDrawn("The page was not photographed: it has no protective marking.")
    page.set_viewport_size({"width": WIDTH, "height": page.evaluate(BOTTOM)})
    for number in range(page.locator(".chart-slice:visible canvas:visible").count()):
        _wait_for_colours(page, number)
    return page.screenshot(full_page=True)


def _check(page, condition: str, sentence: str) -> None:
    names = page.evaluate(
        f"() => {CHARTS}.filter({condition}).map(chart => chart.dataset.testChartName)"
    )
    if names:
        raise NotDrawn(f"The page was not photographed: {names[0]} is {sentence}.")


def _wait_for_colours(page, number: int) -> None:
    """Wait until something is drawn on the canvas of that number."""
    canvas = page.locator(".chart-slice:visible canvas:visible").nth(number)
    for _ in range(60):
        if colours(page, canvas.screenshot()) >= FEWEST_COLOURS:
            return
        page.wait_for_timeout(500)
    raise NotDrawn("The page was not photographed: a map or a chart stayed blank.")


def main() -> int:
    """Read the order, write the picture; returns the exit code."""
    order = json.load(sys.stdin)
    try:
        picture = photograph(order["url"], order["cookies"], order["headers"])
    except RasureError as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
