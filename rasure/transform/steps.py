"""What a whole transform does, in its order: the one list that the command line, the
bench and the DAG go by.

Where only published crime files have landed it is one call of dbt. People need more:
who is one person is found by record linkage, which is not dbt's to do, so that what
linkage reads is built before it and everything that names a person after it; and the
network of co-suspects and the bands of the hours stand between core and marts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from rasure.transform.layers import LAYERS

DAILY = "tag:daily"
PERSONS = "+person_records"  # what linkage reads, with all that it is made from


@dataclass(frozen=True)
class Step:
    """A call of dbt on `selectors` less `excluded`; or `work`, `module:function`, with
    a connection to the warehouse, which returns what to say of it. `is_daily`: the line
    does it once for each day of the data (`rasure.transform.days`)."""

    name: str
    selectors: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    work: str | None = None
    is_daily: bool = False
    may_skip_definitions: bool = False  # where the warehouse holds them as they are


AT_ONCE = (Step("whole", LAYERS["whole"], may_skip_definitions=True),)
# By the part of the transform DAG that runs them.
PARTS = {
    "persons": (
        Step("persons", (*LAYERS["staging"], PERSONS), may_skip_definitions=True),
    ),
    "link": (Step("link", work="rasure.transform.between:link_persons"),),
    "rest": (
        Step("core", LAYERS["core"], (PERSONS,)),
        Step("erasure", work="rasure.transform.between:erase_gone"),
        Step("network", work="rasure.transform.between:join_network", is_daily=True),
        Step("bands", work="rasure.transform.between:draw_bands"),
        Step("marts", LAYERS["marts"]),
    ),
}


def whole(landed: Collection[str]) -> tuple[Step, ...]:
    """The steps of a whole transform, when deliveries of these sources have landed."""
    if "niche_rms" not in landed:
        return AT_ONCE
    return tuple(step for steps in PARTS.values() for step in steps)


def part(
    name: str, landed: Collection[str], is_new_day: bool = True
) -> tuple[Step, ...]:
    """The steps of one part; without people it is all done by the last. Within a day,
    what is done once a day is left out: steps, and the models with the tag `daily`."""
    if "niche_rms" not in landed:
        return AT_ONCE if name == list(PARTS)[-1] else ()
    if is_new_day:
        return PARTS[name]
    return tuple(
        replace(step, excluded=(*step.excluded, DAILY)) if step.selectors else step
        for step in PARTS[name]
        if not step.is_daily
    )
