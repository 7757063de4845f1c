"""The tables of involvements, bail, weapons and flags."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rasure.instruments.simulate.clock import DAY, HOUR, NONE, to_local
from rasure.instruments.simulate.crimes import WEAPONS
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.ground import NIGHT_LIFE
from rasure.instruments.simulate.hours import CLOCK
from rasure.instruments.simulate.involve import OTHER, VICTIM, VICTIM_REPORTS
from rasure.instruments.simulate.render import Roles
from rasure.instruments.simulate.suspects import (
    ARRESTED,
    CHARGED,
    CONVICTED,
)
from rasure.instruments.simulate.words import chosen
from rasure.instruments.simulate.world import World
from rasure.sources.niche_rms.terms import TERMS

OF_SUSPECTS = (  # by status: named, arrested, eliminated, resolved, cautioned, …
    ("suspect",),
    ("suspect", "arrested"),
    ("suspect",),
    ("suspect",),
    ("suspect", "cautioned"),
    ("suspect", "arrested", "charged"),
    ("suspect", "arrested", "charged", "convicted"),
)
OF_OTHERS = (  # by role of `involve`
    ("victim",),
    ("victim", "reporting person"),
    ("aggrieved",),
    ("witness",),
    ("reporting person",),
    ("witness", "reporting person"),
    ("person of interest",),
    ("other",),
)
BOTH = (("suspect", "victim"), ("suspect", "arrested", "victim"), ("charged",))
COMBINATIONS = OF_SUSPECTS + OF_OTHERS + BOTH
CONDITIONS = (
    "Not to contact the victim, directly or indirectly",
    "Curfew 20:00 to 06:00 at home address, doorstep",
    "Not to enter the town centre; surety of £500",
    "To live and sleep each night at the bail address",
)


def table(world: World, serial: int) -> tuple[dict, np.ndarray]:
    """The table, and the record (serial) of each suspect's row.

    A suspect who is also a victim of the occurrence has one row with both roles.
    """
    plan, crimes, records = world.plan, world.crimes, world.records
    suspects, others, doubled = world.suspects, world.others, world.planted.doubled
    rng = plan.rng("involvements")
    of_suspects = records.of(rng, suspects.person)
    of_others = records.of(rng, others.person)
    key = suspects.occurrence * np.int64(2**32) + suspects.person
    other_key = others.occurrence * np.int64(2**32) + others.person
    victim = np.isin(others.role, (VICTIM, VICTIM_REPORTS))
    both = pd.Index(key).isin(other_key[victim]) & (suspects.status <= ARRESTED)
    kept = ~(victim & pd.Index(other_key).isin(key[both]))
    combination = np.where(
        both, len(OF_SUSPECTS + OF_OTHERS) + suspects.status, suspects.status
    )
    parts = [
        (suspects.occurrence, of_suspects, combination, suspects.eliminated_at),
        (
            suspects.occurrence[doubled],
            of_suspects[doubled],
            np.full(len(doubled), len(COMBINATIONS) - 1),
            np.full(len(doubled), NONE),
        ),
        (
            others.occurrence[kept],
            of_others[kept],
            len(OF_SUSPECTS) + others.role[kept].astype(np.int64),
            np.full(kept.sum(), NONE),
        ),
    ]
    occurrence, record, roles, eliminated = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    order = np.argsort(occurrence, kind="stable")
    occurrence, record, roles, eliminated = (
        column[order] for column in (occurrence, record, roles, eliminated)
    )
    created = crimes.times.recorded[occurrence] + rng.integers(0, 2 * HOUR, len(order))
    created = np.minimum(created, plan.end - 1)
    ended = created + rng.integers(1, 90, len(order)) * DAY
    is_other = roles == len(OF_SUSPECTS) + OTHER
    ended[~is_other | (ended >= plan.end) | (rng.random(len(order)) > 0.1)] = NONE
    changed = np.maximum(np.maximum(created, eliminated), ended)
    moved = np.concatenate(
        [
            np.maximum(suspects.processed_at, suspects.decided_at),
            np.full(len(order) - len(suspects), NONE),
        ]
    )
    rows = {
        "involvement_id": serial + np.arange(len(order)),
        "occurrence_id": world.ids[occurrence],
        "person_id": records.serial[record],
        "roles": Roles(COMBINATIONS, roles),
        "created_at": created,
        "eliminated_at": eliminated,
        "effective_to": ended,
        "modified_at": np.maximum(changed, moved[order]),
    }
    return rows, records.serial[of_suspects]


def bails(world: World, serial: int, record: np.ndarray) -> dict:
    """The bail of people arrested or charged; most has ended, some ends later."""
    plan, crimes, suspects = world.plan, world.crimes, world.suspects
    rng = plan.rng("bails")
    terms = TERMS["bail_types"]
    charged = np.isin(suspects.status, (CHARGED, CONVICTED))
    held = (suspects.status == ARRESTED) | charged
    rows = np.flatnonzero(held & (rng.random(len(suspects)) < 0.5))
    of_court = charged[rows] & (rng.random(len(rows)) < 0.6)
    release = rng.random(len(rows)) < 0.35
    kind = np.where(of_court, terms.index("court bail"), terms.index("police bail"))
    kind = np.where(
        ~of_court & release, terms.index("released under investigation"), kind
    )
    begun = crimes.times.reported[suspects.occurrence[rows]] + 30 * HOUR
    begun = np.where(of_court, suspects.processed_at[rows] + HOUR, begun)
    ended = begun + rng.integers(14, 180, len(rows)) * DAY
    ended[(kind == terms.index("released under investigation"))] = NONE
    kept = begun < plan.end
    rows, kind, begun, ended = (column[kept] for column in (rows, kind, begun, ended))
    conditions = np.where(
        kind == terms.index("released under investigation"),
        -1,
        rng.integers(0, len(CONDITIONS), len(rows)),
    )
    return {
        "bail_id": serial + np.arange(len(rows)),
        "person_id": record[rows],
        "occurrence_id": world.ids[suspects.occurrence[rows]],
        "bail_type": kind,
        "conditions": chosen(CONDITIONS, conditions),
        "started_at": begun,
        "ended_at": ended,
        "modified_at": begun,
    }


def weapons(world: World, serial: int, record: np.ndarray) -> dict:
    """The coded weapons, and some that say there was none."""
    crimes, suspects, fates = world.crimes, world.suspects, world.fates
    rng = world.plan.rng("weapons")
    empty = (crimes.weapon < 0) & crimes.is_crime & (rng.random(len(crimes)) < 0.004)
    rows = np.flatnonzero(fates.is_coded | empty)
    by = np.full(len(crimes), -1)
    first = suspects.is_first
    by[suspects.occurrence[first]] = record[first]
    possession = np.isin(crimes.offence[rows], offences().index("10C", "10D"))
    use = np.where(rng.random(len(rows)) < 0.55, 1, 0)
    uses = TERMS["weapon_uses"]
    return {
        "weapon_id": serial + np.arange(len(rows)),
        "occurrence_id": world.ids[rows],
        "person_id": np.where(rng.random(len(rows)) < 0.7, by[rows], -1),
        "weapon": np.where(
            crimes.weapon[rows] < 0, WEAPONS["none"], crimes.weapon[rows]
        ),
        "weapon_use": np.where(possession, uses.index("possessed"), use),
        "modified_at": crimes.times.recorded[rows],
    }


def flags(world: World, serial: int) -> dict:
    """The flags that officers set: often missing, sometimes wrong, some ended."""
    plan, ground, fates = world.plan, world.ground, world.fates
    crimes = world.crimes
    rng = plan.rng("flags")
    count, terms = len(crimes), TERMS["flags"]
    hour = to_local(crimes.times.instant, CLOCK) % DAY // HOUR
    late = (ground.hours[crimes.cell] == NIGHT_LIFE) & ((hour >= 20) | (hour < 5))
    aggravated = np.isin(crimes.offence, offences().index("8P", "105B", "9B", "8M"))
    chance = {
        "domestic abuse": np.where(crimes.is_domestic, 0.88, 0.002),
        "knife": np.where(fates.is_flagged, 1.0, np.where(crimes.has_knife, 0, 0.0005)),
        "firearm": np.where(crimes.weapon == WEAPONS["firearm"], 0.8, 0.0),
        "corrosive": np.where(crimes.weapon == WEAPONS["corrosive"], 0.8, 0.0),
        "hate": np.where(aggravated, 0.85, 0.006),
        "alcohol": np.where(late, 0.35, 0.04),
        "drugs": np.full(count, 0.02),
        "night-time economy": np.where(late, 0.6, 0.01),
        "child exploitation": np.full(count, 0.002),
    }
    rows_by_term = [np.flatnonzero(rng.random(count) < chance[term]) for term in terms]
    rows = np.concatenate(rows_by_term)
    kind = np.repeat(np.arange(len(terms)), [len(own) for own in rows_by_term])
    at = np.minimum(crimes.times.recorded[rows] + HOUR, plan.end - 1)
    ended = at + rng.integers(1, 60, len(rows)) * DAY
    keeps = (kind == terms.index("knife")) | (rng.random(len(rows)) > 0.01)
    ended[keeps | (ended >= plan.end)] = NONE
    return {
        "flag_id": serial + np.arange(len(rows)),
        "occurrence_id": world.ids[rows],
        "flag": kind,
        "flagged_at": at,
        "ended_at": ended,
        "modified_at": np.maximum(at, ended),
    }
