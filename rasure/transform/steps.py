"""What a whole transform does, in its order: the one list that the command line, the
bench and the DAG go by.

Where only published crime files have landed it is one call of dbt. People need more:
who is one person is found by record linkage, which is not dbt's to do, so that what
linkage reads is built before it, what else names no person beside it and everything
that does after it. All of staging comes first: a model that took what had changed
before the rest of staging would seem to be behind, and changes would be kept for it.
The bands of the hours stand between core and marts, the network of co-suspects is
joined beside the marts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from rasure.transform.layers import LAYERS

DAILY = "tag:daily"
# What linkage reads, with all that it is made from.
PERSONS = ("+person_records", "+person_merges")
# What stands on who is one person, and all that is made from that.
NAMING = "int_niche_person_ids+"
# Of the marts the one that takes longest; it names nobody.
LONGEST = "path:models/marts/crimes/crimes.sql"
PUBLISHED = ("path:models/staging/police_uk", "path:models/core/police_uk")


@dataclass(frozen=True)
class Step:
    """A call of dbt on `selectors` less `excluded`; or `work`, `module:function`, with
    a connection to the warehouse, which returns what to say of it. `is_daily`: the line
    does it once for each day of the data (`rasure.transform.days`). `is_beside`: it is
    done while the call of dbt that follows is, which reads nothing of it."""

    name: str
    selectors: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    work: str | None = None
    is_daily: bool = False
    is_beside: bool = False
    may_skip_definitions: bool = False  # where the warehouse holds them as they are


AT_ONCE = (Step("whole", LAYERS["whole"], may_skip_definitions=True),)
IN_STEPS = (
    Step("persons", (*LAYERS["staging"], *PERSONS), may_skip_definitions=True),
    Step("link", work="rasure.transform.between:link_persons", is_beside=True),
    Step("places", LAYERS["core"], (*PERSONS, NAMING)),
    Step("bands", work="rasure.transform.between:draw_bands"),
    Step("people", (f"path:models/core,{NAMING}", LONGEST)),
    Step("erasure", work="rasure.transform.between:erase_gone"),
    Step(
        "network",
        work="rasure.transform.between:join_network",
        is_daily=True,
        is_beside=True,
    ),
    Step("marts", LAYERS["marts"], (LONGEST,)),
    Step("forget", work="rasure.transform.leftovers:forget_taken"),
)

# What a transform tells of a step begins with its name.
NAMES = tuple(step.name for step in (*AT_ONCE, *IN_STEPS))


def whole(
    landed: Collection[str],
    is_new_day: bool = True,
    is_published_same: bool = False,
) -> tuple[Step, ...]:
    """The steps of a whole transform, when deliveries of these sources have landed.

    Within a day of the data, what is done once a day is left out: steps, and the models
    with the tag `daily`. While published crime is the same as at the last transform, so
    are the models that it alone goes into.
    """
    if "niche_rms" not in landed:
        return AT_ONCE
    left_out = () if is_new_day else (DAILY,)
    left_out += PUBLISHED if is_published_same else ()
    return tuple(
        replace(step, excluded=(*step.excluded, *left_out)) if step.selectors else step
        for step in IN_STEPS
        if is_new_day or not step.is_daily
    )
