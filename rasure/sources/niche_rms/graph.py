"""The references between records: which rows a deletion also deletes, and which stay.

A row hangs on each record that a required column names (a name on its person, an
outcome on its classification) and is deleted with it. A reference in an optional column
(the officer in the case) is a pointer; the row stays without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter

from rasure.sources.niche_rms.entities import ENTITIES, Entity


@dataclass(frozen=True)
class Reference:
    """A column that names a record of another entity; `hangs` if it is required."""

    column: str
    parent: str
    hangs: bool


@cache
def references(name: str) -> tuple[Reference, ...]:
    """The columns of an entity that name records of others."""
    return tuple(
        Reference(field.name, parent.name, field.is_required)
        for field in ENTITIES[name].fields[1:]
        for parent in records()
        if field.form == "id"
        and (field.name == parent.key or field.name.endswith(f"_{parent.key}"))
    )


@cache
def records() -> tuple[Entity, ...]:
    """The entities whose rows are records: they have an id and can be deleted."""
    return tuple(
        entity
        for entity in ENTITIES.values()
        if any(field.name == "modified_at" for field in entity.fields)
    )


@cache
def parents_first() -> tuple[str, ...]:
    """The names of all records, each after the records that it hangs on."""
    hangs_on = {
        entity.name: {r.parent for r in references(entity.name) if r.hangs}
        for entity in records()
    }
    return tuple(TopologicalSorter(hangs_on).static_order())
