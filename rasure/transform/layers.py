"""The layers of the transform and the dbt selection that each stands for.

Seeds go with staging. `hot_places` is the part of the marts that reads the published
designation: it is built again after a designation, without the rest; `people` likewise
after a person's entry has been confirmed or refused. `whole` is all of them in one call
of dbt, which saves its start-up twice.
"""

from __future__ import annotations

from rasure.transform.errors import UnknownLayer

SEEDS = "path:seeds"
LAYERS = {
    "staging": (SEEDS, "path:models/staging"),
    "core": ("path:models/core",),
    "marts": ("path:models/marts",),
    "hot_places": ("tag:designation",),
    "people": ("tag:confirmation",),
    "whole": (SEEDS, "path:models"),
}

# What a whole transform builds, in this order.
WHOLE = ("staging", "core", "marts")


def selection(layer: str) -> tuple[str, ...]:
    """The dbt selectors of `layer`. Raises `UnknownLayer`."""
    try:
        return LAYERS[layer]
    except KeyError:
        raise UnknownLayer(
            f"There is no layer {layer!r}. The layers are {', '.join(LAYERS)}."
        ) from None
