"""Stop searches: most find nothing, some find drugs, a few a knife."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate import hours
from rasure.instruments.simulate.clock import DAY
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.staff import Staff
from rasure.instruments.simulate.suspects import PROCESSED
from rasure.instruments.simulate.words import chosen
from rasure.instruments.simulate.world import World
from rasure.sources.niche_rms.terms import TERMS

PER_CRIME = 0.06
FINDS = (
    ("nothing", 0.752),
    ("drugs", 0.19),
    ("stolen property", 0.03),
    ("other", 0.024),
)
FINDS += (("knife", 0.004),)
OUTCOMES = ("No further action", "Arrest", "Community resolution", "Caution")
NEGATIVE = 5  # searches that find nothing, of each person in that trap


@dataclass(frozen=True)
class Searches:
    """The table, and arrays by row.

    They are the true person, the occurrence that the search led to (-1 for none), its
    instant, and True if it found a knife.
    """

    table: dict
    person: np.ndarray
    occurrence: np.ndarray
    at: np.ndarray
    is_knife: np.ndarray


def search(world: World, staff: Staff, serial: int) -> Searches:
    """Search people at random, and those charged with knife possession."""
    plan, ground, crimes = world.plan, world.ground, world.crimes
    people, suspects = world.people, world.suspects
    rng = plan.rng("searches")
    count = int(crimes.is_crime.sum() * PER_CRIME)
    finds, objects = TERMS["search_finds"], TERMS["search_objects"]
    window = rng.integers(0, len(plan.windows), count)
    profile = np.full(count, hours.PROFILES.index("evening"))
    at = hours.draw(rng, profile, window, plan.windows)
    total = np.cumsum(ground.rates["public"][0])
    cell = np.searchsorted(total, rng.random(count) * total[-1])
    person = rng.integers(people.edges[1], people.edges[3], count)
    person[rng.random(count) < 0.2] = -1
    edges = np.cumsum([share for _, share in FINDS])
    find = np.array([finds.index(term) for term, _ in FINDS])[
        np.searchsorted(edges / edges[-1], rng.random(count), side="right")
    ]
    aim = rng.choice(
        [objects.index("drugs"), objects.index("weapons"), objects.index("other")],
        count,
        p=[0.62, 0.24, 0.14],
    )
    trapped = np.repeat(world.planted.traps["negative searches"], NEGATIVE)
    blade = crimes.offence[suspects.occurrence] == offences().index("10D")[0]
    led = np.flatnonzero(
        blade
        & suspects.is_first
        & np.isin(suspects.status, PROCESSED)
        & (rng.random(len(suspects)) < 0.45)
    )
    held = suspects.occurrence[led]
    size = (count, len(trapped), len(led))
    knife, weapons = finds.index("knife"), objects.index("weapons")
    at = np.concatenate(
        [
            at,
            plan.end - rng.integers(10, 600, size[1]) * DAY,
            crimes.times.instant[held],
        ]
    )
    cell = np.concatenate(
        [cell, rng.permutation(np.resize(cell, size[1])), crimes.cell[held]]
    )
    person = np.concatenate([person, trapped, suspects.person[led]])
    find = np.concatenate(
        [find, np.full(size[1], finds.index("nothing")), np.full(size[2], knife)]
    )
    aim = np.concatenate([aim, np.full(size[1] + size[2], weapons)])
    occurrence = np.concatenate([np.full(size[0] + size[1], -1), held])
    outcome = np.where(
        find == finds.index("nothing"), 0, 1 + rng.integers(0, 3, len(at))
    )
    table = {
        "stop_search_id": serial + np.arange(len(at)),
        "person_id": world.record_of(rng, person),
        "occurrence_id": np.append(world.ids, -1)[occurrence],
        "searched_at": at,
        "x": np.round(ground.x[cell] + rng.uniform(-60, 60, len(at)), 1),
        "y": np.round(ground.y[cell] + rng.uniform(-60, 60, len(at)), 1),
        "power": chosen(
            ("Misuse of Drugs Act 1971 s23", "PACE 1984 s1"),
            (aim != objects.index("drugs")).astype(int),
        ),
        "object_of_search": aim,
        "found": find,
        "outcome": chosen(OUTCOMES, outcome),
        "officer_id": staff.officers(rng, ground.area[cell]) + 1,
        "modified_at": np.minimum(at + 3_600, plan.end - 1),
    }
    return Searches(table, person, occurrence, at, find == knife)
