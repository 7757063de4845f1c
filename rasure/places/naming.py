"""Names that an officer knows a hot spot by: "High Street, Slough".

A hot spot is named after the street that most of its crimes were recorded on, and its
district; one without a street after the kind of place ("Supermarket, Slough").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Recorded:
    """How many crimes of a hot spot were recorded at one location."""

    street_name: str | None
    generic_label: str | None
    district_name: str | None
    crimes: int


def hot_spot_names(spots: Sequence[tuple[str, Sequence[Recorded]]]) -> list[str]:
    """A name for each hot spot, no two alike; `spots` are (id, where its crimes were).

    Two hot spots on streets of one name get the second street as well ("High Street
    and Mill Lane, Slough"); what is still alike is numbered in the order given.
    """
    short = [name_of(spot_id, recorded, 1) for spot_id, recorded in spots]
    alike = Counter(short)
    longer = [
        name if alike[name] == 1 else name_of(spot_id, recorded, 2)
        for name, (spot_id, recorded) in zip(short, spots, strict=True)
    ]
    return numbered(longer)


def name_of(spot_id: str, recorded: Sequence[Recorded], streets: int) -> str:
    """The busiest `streets` streets and the busiest district of a hot spot."""
    names = busiest(recorded, "street_name")[:streets]
    if not names:
        names = [label.capitalize() for label in busiest(recorded, "generic_label")[:1]]
    where = " and ".join(names) or f"Hexagon {spot_id}"
    return ", ".join([where, *busiest(recorded, "district_name")[:1]])


def busiest(recorded: Sequence[Recorded], column: str) -> list[str]:
    """The values of a column from most crimes to fewest, ties by the alphabet.

    The publisher writes "Paul'S Row"; an officer reads "Paul's Row".
    """
    crimes: Counter[str] = Counter()
    for row in recorded:
        if value := getattr(row, column):
            crimes[value] += row.crimes
    found = sorted(crimes, key=lambda value: (-crimes[value], value))
    return [re.sub(r"'S\b", "'s", value) for value in found]


def share_at_one_location(recorded: Sequence[Recorded]) -> float:
    """The share of the crimes that were recorded at the busiest location, 0 to 1."""
    crimes: Counter[tuple] = Counter()
    for row in recorded:
        crimes[row.street_name, row.generic_label] += row.crimes
    return max(crimes.values(), default=0) / max(crimes.total(), 1)


def numbered(names: Sequence[str]) -> list[str]:
    """The names, a second one of the same as "… (2)", never one that is there."""
    taken: set[str] = set()
    answer = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken or (number > 1 and candidate in names):
            number += 1
            candidate = f"{name} ({number})"
        taken.add(candidate)
        answer.append(candidate)
    return answer
