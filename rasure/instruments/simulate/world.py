"""The truth of a simulated force: events, people and decisions.

From these arrays the tables of the extract and the tables of the truth are written; no
other state passes between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate import addresses as places
from rasure.instruments.simulate import (
    carriers,
    crimes,
    fates,
    geocodes,
    ground,
    involve,
    people,
    records,
    suspects,
)
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.serials import Serials
from rasure.sources.niche_rms.mapping import Mapping

OF_KNOWN_PEOPLE = 0.45  # the share of a day's people who were delivered before


@dataclass(frozen=True)
class Delivered:
    """Addresses and people that were delivered before and may occur again.

    People are given by the serial of a record and the number of the true person.
    """

    addresses: places.Addresses
    record_serials: np.ndarray
    true_people: np.ndarray


@dataclass(frozen=True)
class World:
    """Everything that is true of one plan.

    `ids` are the serials of the occurrences, `keys` their addresses; `uid` are the
    numbers of the true people.
    """

    plan: Plan
    mapping: Mapping
    ground: ground.Ground
    crimes: crimes.Crimes
    people: people.People
    records: records.Records
    suspects: suspects.Suspects
    others: involve.Others
    planted: carriers.Planted
    fates: fates.Fates
    addresses: places.Addresses
    geocodes: geocodes.Geocodes
    ids: np.ndarray
    uid: np.ndarray
    keys: np.ndarray

    def record_of(self, rng, person: np.ndarray) -> np.ndarray:
        """The serial of a record for each mention of a person; -1 stays -1."""
        own = self.records.of(rng, person)
        return np.where(own < 0, -1, self.records.serial[own])


def make(
    plan: Plan,
    mapping: Mapping,
    land: ground.Ground,
    serials: Serials,
    before: Delivered | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> World:
    """Make a plan's world on its ground; `serials` is brought up to date.

    After the first delivery, `before` is what is met again.
    """
    say("what happened")
    events = crimes.happen(plan, land)
    say("who lives there")
    folk = people.populate(plan, land, int(events.is_crime.sum()))
    uid = serials.people + np.arange(len(folk))
    serials.people += len(folk)
    written = records.write_down(plan, folk, serials.first("persons"))
    serials.take("persons", len(written))
    if before is not None:
        _meet(plan, folk, written, uid, before)
    say("who did what")
    named = suspects.suspect(plan, events, folk)
    rest, home = involve.involve(plan, events, folk, named)
    cancelled = fates.cancel(plan, events)
    planted = carriers.plant(plan, events, folk, named, rest, cancelled)
    ids = serials.take("occurrences", len(events)) + np.arange(len(events))
    keys = places.event_keys(plan.rng("event addresses"), land, events, home)
    homes = (places.home_keys(written.home), places.home_keys(folk.former_home))
    known = before.addresses if before else None
    every = places.collect(land, np.concatenate([keys, *homes]), known, serials)
    return World(
        plan,
        mapping,
        land,
        events,
        folk,
        written,
        named,
        rest,
        planted,
        fates.decide(plan, events, named, cancelled),
        every,
        geocodes.mislay(plan, mapping, *every.points(keys)),
        ids,
        uid,
        keys,
    )


def _meet(plan: Plan, folk, written, uid: np.ndarray, before: Delivered) -> None:
    """Replace some of a day's people by people who were delivered before."""
    rng = plan.rng("met before")
    known = np.flatnonzero(rng.random(folk.edges[3]) < OF_KNOWN_PEOPLE)
    known = known[: len(before.record_serials)]
    chosen = rng.permutation(len(before.record_serials))[: len(known)]
    written.meet(known, before.record_serials[chosen])
    uid[known] = before.true_people[chosen]
