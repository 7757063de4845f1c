"""Warnings, orders and intelligence: mostly of persistent offenders, many expired."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.people import People
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.words import chosen
from rasure.instruments.simulate.world import World
from rasure.sources.niche_rms.terms import TERMS

CONDITIONS = (
    "Not to possess any bladed article in a public place",
    "To be searched on request of a constable",
    "Not to enter the exclusion zone marked on the map, incl. the “Broadway”",
)
GRADES = ("1", "2", "3")
INFORMATION = ("A", "B", "C", "D")


def warnings(world: World, serial: int) -> dict:
    """Warning markers; a third have an end, half of those are past."""
    plan, people = world.plan, world.people
    carriers, rng = world.planted.carriers, plan.rng("warnings")
    persistent = _persistent(plan, people)
    anyone = rng.integers(0, people.edges[2], len(persistent) // 2)
    person = np.concatenate(
        [
            carriers[rng.random(len(carriers)) < 0.6],
            persistent[rng.random(len(persistent)) < 0.35],
            anyone,
        ]
    )
    terms = TERMS["warnings"]
    kind = rng.choice(len(terms), len(person), p=[0.18, 0.34, 0.08, 0.28, 0.12])
    kind[: len(carriers)] = np.where(
        rng.random(len(kind[: len(carriers)])) < 0.7, 0, kind[: len(carriers)]
    )
    started, ended = _dates(plan, rng, len(person), 0.33)
    return {
        "warning_id": serial + np.arange(len(person)),
        "person_id": world.record_of(rng, person),
        "warning": kind,
        "started_on": started,
        "ended_on": ended,
        "modified_at": started * DAY + 43_200,
    }


def orders(world: World, serial: int) -> dict:
    """Orders, of half a year to two; violence reduction orders of adults only."""
    plan, people = world.plan, world.people
    carriers, rng = world.planted.carriers, plan.rng("orders")
    terms = TERMS["order_types"]
    today = plan.end // DAY
    adult = carriers[people.born[carriers] < today - 20 * 366]
    first = adult[rng.random(len(adult)) < 0.3]
    persistent = _persistent(plan, people)
    others = persistent[rng.random(len(persistent)) < 0.07]
    person = np.concatenate([first, others])
    kind = rng.choice(
        np.arange(1, len(terms)), len(person), p=[0.35, 0.05, 0.2, 0.3, 0.1]
    )
    kind[: len(first)] = terms.index("serious violence reduction order")
    started, _ = _dates(plan, rng, len(person), 0)
    started[: len(first)] = today - rng.integers(10, 700, len(first))
    ended = started + rng.integers(182, 730, len(person))
    return {
        "order_id": serial + np.arange(len(person)),
        "person_id": world.record_of(rng, person),
        "order_type": kind,
        "conditions": chosen(
            CONDITIONS,
            np.where(
                rng.random(len(person)) < 0.7, rng.integers(0, 3, len(person)), -1
            ),
        ),
        "started_on": started,
        "ended_on": ended,
        "modified_at": started * DAY + 43_200,
    }


def intelligence(world: World, serial: int) -> dict:
    """Graded reports of carriers, of persistent offenders, and of people without any
    other record."""
    plan, people = world.plan, world.people
    carriers, rng = world.planted.carriers, plan.rng("intelligence")
    persistent = _persistent(plan, people)
    person = np.concatenate(
        [
            np.repeat(carriers, rng.integers(0, 4, len(carriers))),
            rng.choice(persistent, len(persistent)),
            rng.integers(0, people.edges[2], len(persistent) // 3),
        ]
    )
    topic = rng.choice(
        len(TERMS["intelligence_topics"]), len(person), p=[0.2, 0.3, 0.35, 0.15]
    )
    at = rng.integers(plan.start, plan.end - 1, len(person))
    count = len(person)
    return {
        "intelligence_id": serial + np.arange(count),
        "person_id": world.record_of(rng, person),
        "topic": topic,
        "source_reference": pa.array(
            [f"SRC{number:05d}" for number in rng.integers(0, 4_000, count)]
        ),
        "source_grade": chosen(GRADES, rng.choice(3, count, p=[0.3, 0.5, 0.2])),
        "information_grade": chosen(
            INFORMATION, rng.choice(4, count, p=[0.25, 0.35, 0.3, 0.1])
        ),
        "reported_at": at,
        "modified_at": at,
    }


def _persistent(plan: Plan, people: People) -> np.ndarray:
    """Persistent offenders; in the delta of a day only a few of them."""
    own = np.arange(people.edges[2], people.edges[3])
    return own[: 2 + len(own) // 10] if plan.step else own


def _dates(plan: Plan, rng, count: int, ending: float):
    """Days on which something began and ended (`NONE` for most)."""
    first, today = plan.start // DAY, plan.end // DAY
    started = rng.integers(first, max(first + 1, today), count)
    ended = started + rng.integers(60, 900, count)
    ended[rng.random(count) >= ending] = NONE
    return started, ended
