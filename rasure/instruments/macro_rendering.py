"""Render the project's macros outside dbt, for the tests and the bench.

The rendered text is the one that the models run, not a copy. Only macros that use
nothing of dbt itself (no `ref`, no `var`) can be rendered.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from rasure.settings import CHECKOUT


@cache
def _macros():
    from jinja2 import Environment

    files = sorted((CHECKOUT / "dbt" / "macros").rglob("*.sql"))
    environment = Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    return environment.from_string("\n".join(file.read_text() for file in files)).module


def macro(name: str, *arguments, **options) -> str:
    """Render the macro `name` of `dbt/macros`."""
    return str(getattr(_macros(), name)(*arguments, **options))


def weights(
    events: str, key: str, clock_mode: Literal["absolute", "wall"] = "absolute"
) -> str:
    """A subquery with (key, hour_of_week, weight) of the relation `events`."""
    return macro("aoristic_weights", events, key, clock_mode=clock_mode)
