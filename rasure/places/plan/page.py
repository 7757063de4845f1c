"""The page of a plan, HTML for one sheet of A4, and its print by a browser.

What is printed is what a reader would see. The browser gets nothing but the page and
may ask nobody for anything.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from rasure.places.definition import window_hours
from rasure.places.errors import PlanUnprintable
from rasure.places.plan.facts import PlacePlan
from rasure.settings import Settings

MOST_TYPES = 5


def protective_marking() -> str:
    """The marking of this home: `RASURE_PROTECTIVE_MARKING`, else OFFICIAL."""
    return (
        os.environ.get("RASURE_PROTECTIVE_MARKING")
        or Settings.load().stored.get("protective_marking")
        or "OFFICIAL"
    )


def as_html(plan: PlacePlan, marking: str | None = None) -> str:
    """The page, whole in itself: no picture, font or script from anywhere."""
    environment = Environment(
        loader=PackageLoader("rasure.places.plan", "."),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = lambda day: f"{day.day} {day:%B %Y}"
    return environment.get_template("page.html").render(
        plan=plan,
        marking=marking or protective_marking(),
        window=window_in_words(plan.patrol_window),
        as_at=plan.data_as_at.astimezone(ZoneInfo("Europe/London")),
        types=plan.counts.types[:MOST_TYPES],
        in_window=hours_of(plan.patrol_window),
    )


def hours_of(patrol_window: str) -> list[bool]:
    """Whether each of the 24 local hours lies in a window."""
    day, night = window_hours()
    return [
        patrol_window == "all" or (day <= hour < night) == (patrol_window == "day")
        for hour in range(24)
    ]


def window_in_words(patrol_window: str) -> str:
    """A window as a reader knows it: "the night, 19:00 to 07:00"."""
    day, night = (f"{hour:02}:00" for hour in window_hours())
    words = {
        "all": "all hours",
        "day": f"the day, {day} to {night}",
        "night": f"the night, {night} to {day}",
    }
    return words[patrol_window]


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Asks for no rights of a container's host, and calls nobody.
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
A4 = {"width": 794, "height": 1123}  # at 96 dots an inch
SMALLEST = 7.5  # points; below this nobody reads it by a street lamp
# How far the content is taller than the sheet, in dots.
TOO_TALL = "() => { const m = document.querySelector('main');"
TOO_TALL += " return m.scrollHeight - m.clientHeight; }"
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


def as_pdf(html: str) -> bytes:
    """The page as PDF, one sheet of A4; the type is made smaller until it fits.

    Raises `PlanUnprintable` without a browser, or when it would not fit at all.
    """
    with sheet(html) as page:
        pdf = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
    pages = len(PAGE.findall(pdf))
    if pages != 1:
        raise PlanUnprintable(
            f"The plan came out on {pages} pages instead of one: this browser lays it "
            "out otherwise than we know. Print it from another version of Chromium."
        )
    return pdf


def as_picture(html: str, file: Path) -> None:
    """The page as a PNG, as it is printed."""
    with sheet(html) as page:
        page.screenshot(path=file)


@contextmanager
def sheet(html: str) -> Iterator:
    """A browser's page with `html` on it, as printed, fitted to one sheet."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        try:
            page = browser.new_page(viewport=A4, offline=True)
            page.emulate_media(media="print")
            page.set_content(html)
            _fit(page)
            yield page
        finally:
            browser.close()


def browser_path() -> str:
    """The browser that prints. Raises `PlanUnprintable` when there is none."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise PlanUnprintable(
        "Printing a plan needs a browser: install the package chromium, or put one of "
        f"{', '.join(BROWSERS)} in PATH."
    )


def _fit(page) -> None:
    points = 10.5
    while page.evaluate(TOO_TALL) > 0:
        points -= 0.5
        if points < SMALLEST:
            raise PlanUnprintable(
                "The plan does not fit on one page in type that can be read: the names "
                "on it are too long. Give the place a shorter name."
            )
        page.evaluate(
            "points => { document.body.style.fontSize = points }", f"{points}pt"
        )
