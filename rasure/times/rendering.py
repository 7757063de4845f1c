"""The aoristic SQL, rendered outside dbt: for the tests and the bench.

It is the very text of the models: the same macro of the same file.
"""

from __future__ import annotations

from typing import Literal

from rasure.settings import CHECKOUT

MACROS = CHECKOUT / "dbt" / "macros"


def macro(file: str, name: str, *arguments, **options) -> str:
    """Render macro `name` of `dbt/macros/<file>.sql`, which must not need dbt."""
    from jinja2 import Environment

    source = (MACROS / f"{file}.sql").read_text()
    module = Environment().from_string(source).module  # noqa: S701
    return str(getattr(module, name)(*arguments, **options))


def weights(
    events: str, key: str, clock_mode: Literal["absolute", "wall"] = "absolute"
) -> str:
    """A sub-select of (key, hour_of_week, weight) of the relation `events`."""
    return macro("aoristic", "aoristic_weights", events, key, clock_mode=clock_mode)
