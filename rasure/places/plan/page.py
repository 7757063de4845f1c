"""The page of a plan: HTML for one sheet of A4."""

from __future__ import annotations

import os
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from rasure.places.plan.facts import PlacePlan
from rasure.settings import Settings

WINDOWS = {
    "all": "all hours",
    "day": "the day, 07:00 to 19:00",
    "night": "the night, 19:00 to 07:00",
}
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
        window=WINDOWS[plan.patrol_window],
        as_at=plan.data_as_at.astimezone(ZoneInfo("Europe/London")),
        types=plan.counts.types[:MOST_TYPES],
        in_window=hours_of(plan.patrol_window),
    )


def hours_of(patrol_window: str) -> list[bool]:
    """Whether each of the 24 local hours lies in a window."""
    return [
        patrol_window == "all" or (7 <= hour < 19) == (patrol_window == "day")
        for hour in range(24)
    ]
