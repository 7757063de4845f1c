"""Deltas: the next day of a simulated force, or one single change.

A day has new occurrences with all records that hang on them, and changes to records
that were delivered before. Every record of a delta was modified after the last extract.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from rasure.instruments.simulate import ground, truth, world
from rasure.instruments.simulate.canonical import join, take
from rasure.instruments.simulate.changes import PER_THOUSAND, Changes
from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.instruments.simulate.identifiers import record_ids, serial_of
from rasure.instruments.simulate.state import KEPT, State, keep_recent, read, save
from rasure.instruments.simulate.tables import Tables, extract
from rasure.instruments.simulate.world import Delivered
from rasure.instruments.simulate.writing import length, write_delivery
from rasure.sources.niche_rms.mapping import Mapping, load

KINDS = ("crime", "reclassify", "eliminate", "merge", "delete")
ONLY = "5D"  # the offence of a single crime: assault with intent to cause serious harm
SOON = timedelta(minutes=1)  # after the last extract, for a single change
HANGS_ON_A_PERSON = ("person_names", "person_addresses", "person_contacts")
OF_A_DAY = ("person_merges", "warnings", "orders", "intelligence", "stop_searches")
UNCHANGED = ("officers", "units", "choices", "deletions")


def write_day(out: Path, say: Callable[[str], None] = lambda text: None) -> Path:
    """Write the next day's delta into `out`; returns the delivery's folder."""
    state = read(out / "state")
    return _write(state, out, state.moment + timedelta(days=1), None, say)


def write_change(
    out: Path,
    kind: str,
    say: Callable[[str], None] = lambda text: None,
    of: Sequence[str] = (),
) -> Path:
    """Write a delta of one change of a kind of `KINDS`, a minute after the last delta.

    With `of`, ids of an occurrence or of one or two persons, it changes their record.
    """
    state = read(out / "state")
    return _write(state, out, state.moment + SOON, kind, say, of)


def _write(
    state: State, out: Path, moment: datetime, kind: str | None, say, of=()
) -> Path:
    """Make the rows, write the delivery, its truth and the new state, in that order."""
    window = (state.moment, moment)
    state.steps += 1
    mapping = load(state.plan.force)
    since, until = (int(end.timestamp()) for end in window)
    rng = state.plan.following(state.steps, moment).rng("changes")
    changes = Changes(state, rng, since, until, subjects=tuple(map(serial_of, of)))
    if kind in (None, "crime"):
        plan = state.plan.following(state.steps, moment, kind and ONLY)
        made, new = _new_occurrences(state, plan, mapping, since, until, out)
    else:
        made, new = 0, {}
        if not changes.make(kind, 1):
            whose = f" of {' and '.join(of)}" if of else ""
            raise SimulationImpossible(
                f"No record{whose} that was delivered recently can be changed so "
                f"({kind}). Name another, or write a new history."
            )
    if kind is None:
        changes.spared = people_of(new)
        for name, rate in PER_THOUSAND.items():
            changes.make(name, max(1, round(made * rate / 1_000)))
    truth.write_changes(changes, mapping, until, _truth_folder(out, state))
    tables = _joined(changes.tables(), new)
    if changes.deleted:
        tables["deletions"] = _deletions(changes, mapping)
    delivery = write_delivery(out / "deliveries", tables, mapping, "delta", window, say)
    state.moment = moment
    _update_state(state, changes, new)
    save(state, out / "state")
    return delivery


def _new_occurrences(state, plan, mapping: Mapping, since, until, out: Path):
    """The number of new crimes and the tables of new rows; writes their truth."""
    land = ground.lay(plan)
    place = world.make(plan, mapping, land, state.serials, state.before)
    made = extract(place, state.serials)
    truth.write(place, made, _truth_folder(out, state))
    known = state.before.addresses
    new = ~np.isin(place.addresses.key, known.key)
    tables = _only_referenced(made.tables, plan.only is not None, known.serial)
    for table in tables.values():
        table["modified_at"] = table["modified_at"].clip(since, until - 1)
    key = np.concatenate([known.key, place.addresses.key[new]])
    order = np.argsort(key)

    def both(name: str) -> np.ndarray:
        own = (getattr(known, name), getattr(place.addresses, name)[new])
        return np.concatenate(own)[order]

    records = ~place.records.is_known
    state.before = Delivered(
        type(known)(key[order], both("serial"), both("x"), both("y")),
        np.concatenate([state.before.record_serials, place.records.serial[records]]),
        np.concatenate(
            [state.before.true_people, place.uid[place.records.person[records]]]
        ),
    )
    return int(place.crimes.is_crime.sum()), tables


def _truth_folder(out: Path, state: State) -> Path:
    """Where the truth of the current delta is written."""
    return out / "truth" / "deltas" / f"{state.steps:05d}"


def _only_referenced(tables: Tables, is_single: bool, delivered: np.ndarray) -> Tables:
    """Drop the people and addresses to which no new row refers.

    For a single crime, tables without its records are dropped too. `delivered` are the
    serials of addresses that were delivered before.
    """
    left = set(UNCHANGED) | (set(OF_A_DAY) if is_single else set())
    kept = {name: table for name, table in tables.items() if name not in left}
    people = people_of(kept)
    for name in ("persons", *HANGS_ON_A_PERSON):
        kept[name] = take(kept[name], np.isin(kept[name]["person_id"], people))
    places = np.concatenate(
        [
            kept[name]["address_id"]
            for name in ("occurrence_addresses", "person_addresses")
        ]
    )
    own = kept["addresses"]["address_id"]
    kept["addresses"] = take(
        kept["addresses"], np.isin(own, places) & ~np.isin(own, delivered)
    )
    return {name: table for name, table in kept.items() if length(table)}


def people_of(tables: Tables) -> np.ndarray:
    """The serials of the persons to whom tables other than their own refer."""
    own = (*HANGS_ON_A_PERSON, "persons")
    serials = [
        table[name]
        for entity, table in tables.items()
        for name in ("person_id", "surviving_person_id", "merged_person_id")
        if entity not in own and name in table
    ]
    return np.unique(np.concatenate(serials))


def _joined(changed: Tables, new: Tables) -> Tables:
    """The rows of both, by entity."""
    tables = dict(new)
    for entity, table in changed.items():
        same = {name: table[name] for name in new.get(entity, table)}
        tables[entity] = join([new[entity], same]) if entity in new else table
    return tables


def _deletions(changes: Changes, mapping: Mapping) -> dict:
    """The table of deletions: ids and the force's own names of the entities."""
    names, texts = [], []
    for entity, serial in changes.deleted:
        names.append(mapping.entities[entity].file)
        texts.append(record_ids(entity, np.array([serial]), mapping))
    at = changes.rng.integers(changes.since, changes.until, len(names))
    return {
        "record_id": pa.concat_arrays(texts),
        "entity": pa.array(names),
        "deleted_at": at,
    }


def _update_state(state: State, changes: Changes, new: Tables) -> None:
    """Bring the state up to date with what was delivered."""
    recent = state.recent
    for entity in KEPT:
        parts = [recent[entity], *changes.new.get(entity, [])]
        if entity in new:
            parts.append(new[entity])
        if len(parts) > 1:
            names = [name for name in recent[entity] if all(name in p for p in parts)]
            recent[entity] = join([{name: p[name] for name in names} for p in parts])
    for entity, column in (("occurrences", "occurrence_id"), ("persons", "person_id")):
        gone = [serial for name, serial in changes.deleted if name == entity]
        for name, table in recent.items():
            if gone and column in table:
                recent[name] = take(table, ~np.isin(table[column], gone))
    keep_recent(state)
