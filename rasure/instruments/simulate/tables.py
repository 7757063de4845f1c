"""Make the tables of the extract from the truth; each gets its serials in turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate import (
    addresses,
    classify,
    involvements,
    markers,
    nominals,
    occurrences,
    searches,
    staff,
)
from rasure.instruments.simulate.choices import choices, no_deletions
from rasure.instruments.simulate.serials import Serials
from rasure.instruments.simulate.world import World
from rasure.instruments.simulate.writing import length

Tables = dict[str, dict]


@dataclass(frozen=True)
class Extract:
    """The tables by entity, with what the truth needs to point into them.

    `positive` is (rows, 3): the suspect's row, the classification, the outcome's
    number. By suspect: `record` is the serial of their person record, `verdict` that on
    the first and the second crime, -1 for none, `verdict_at` its instant.
    """

    tables: Tables
    classified: classify.Classified
    positive: np.ndarray
    record: np.ndarray
    verdict: np.ndarray
    verdict_at: np.ndarray
    searches: searches.Searches


def extract(world: World, serials: Serials) -> Extract:
    """Write every table of a world; `serials` is brought up to date."""
    tables: Tables = {}

    def add(entity: str, table: dict) -> None:
        serials.take(entity, length(table))
        tables[entity] = table

    crew = staff.employ(world.plan, world.ground)
    classified, record = _events(world, serials, tables, crew, add)
    outcomes, positive = classify.outcomes(
        world.plan,
        world.crimes,
        world.people,
        world.suspects,
        record,
        classified,
        serials.first("outcomes"),
    )
    add("outcomes", outcomes)
    court, verdict, verdict_at = classify.court(
        world.plan,
        world.crimes,
        world.suspects,
        record,
        classified,
        serials.first("court_results"),
    )
    add("court_results", court)
    _nominals(world, serials, tables, add)
    searched = searches.search(world, crew, serials.first("stop_searches"))
    add("stop_searches", searched.table)
    tables |= crew.tables
    tables["choices"] = choices(world.mapping)
    tables["deletions"] = no_deletions()
    return Extract(tables, classified, positive, record, verdict, verdict_at, searched)


def _events(world: World, serials: Serials, tables: Tables, crew, add):
    """Add occurrences and the records that hang on them.

    Returns the classifications and the record (serial) of each suspect.
    """
    plan, crimes, ids, first = world.plan, world.crimes, world.ids, serials.first
    classified = classify.classify(
        plan, crimes, ids, first("classifications"), world.fates
    )
    tables["occurrences"] = occurrences.table(world, serials.numbers, crew)
    add("classifications", classified.table)
    rows, record = involvements.table(world, first("involvements"))
    add("involvements", rows)
    add("bails", involvements.bails(world, first("bails"), record))
    add("weapons", involvements.weapons(world, first("weapons"), record))
    add("flags", involvements.flags(world, first("flags")))
    tables["addresses"] = addresses.rows(world.ground, world.addresses, plan.start)
    add(
        "occurrence_addresses",
        occurrences.places_table(world, first("occurrence_addresses")),
    )
    return classified, record


def _nominals(world: World, serials: Serials, tables: Tables, add) -> None:
    """Add persons, the records that hang on them, and their markers."""
    plan, folk, written = world.plan, world.people, world.records
    first = serials.first
    tables["persons"] = nominals.persons(plan, folk, written, world.uid)
    add(
        "person_names",
        nominals.person_names(plan, folk, written, first("person_names")),
    )
    add(
        "person_addresses",
        nominals.person_addresses(
            plan, folk, written, world.addresses, first("person_addresses")
        ),
    )
    add(
        "person_contacts",
        nominals.person_contacts(plan, written, world.uid, first("person_contacts")),
    )
    add(
        "person_merges",
        nominals.person_merges(plan, folk, written, first("person_merges")),
    )
    for entity, mark in (
        ("warnings", markers.warnings),
        ("orders", markers.orders),
        ("intelligence", markers.intelligence),
    ):
        add(entity, mark(world, first(entity)))
