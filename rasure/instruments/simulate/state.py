"""The state from which a delta continues: plan, serials and recently delivered records.

It is in `state/`, next to the deliveries, as JSON and Parquet: the addresses, the
people of recent occurrences, and the rows of those occurrences, which later deltas
change.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rasure.instruments.simulate.addresses import Addresses
from rasure.instruments.simulate.canonical import take
from rasure.instruments.simulate.clock import DAY
from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.instruments.simulate.involvements import COMBINATIONS
from rasure.instruments.simulate.occurrences import PLACE_ROLES
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.render import Roles
from rasure.instruments.simulate.serials import Serials
from rasure.instruments.simulate.tables import Tables
from rasure.instruments.simulate.world import Delivered, World

RECENT_DAYS = 90
OF_OCCURRENCES = (
    "classifications",
    "involvements",
    "outcomes",
    "weapons",
    "flags",
    "bails",
    "occurrence_addresses",
)
KEPT = ("occurrences", *OF_OCCURRENCES, "persons", "person_merges")
COMBINED = {"involvements": COMBINATIONS, "occurrence_addresses": PLACE_ROLES}


@dataclass
class State:
    """The state of a simulated force.

    `steps` is the number of deltas written and `moment` the time of the last extract.
    `recent` holds canonical tables of the records that later deltas may change.
    """

    plan: Plan
    steps: int
    moment: datetime
    serials: Serials
    before: Delivered
    recent: Tables


def begin(world: World, tables: Tables, serials: Serials) -> State:
    """The state after a history."""
    involved = np.unique(tables["involvements"]["person_id"])
    keys = np.isin(world.records.serial, involved)
    before = Delivered(
        world.addresses,
        world.records.serial[keys],
        world.uid[world.records.person[keys]],
    )
    plan = world.plan
    state = State(plan, 0, plan.as_at, serials, before, tables)
    return keep_recent(state)


def keep_recent(state: State) -> State:
    """Keep only the records that hang on recently reported occurrences."""
    tables = state.recent
    events = tables["occurrences"]
    since = int(state.moment.timestamp()) - RECENT_DAYS * DAY
    kept = {"occurrences": take(events, events["reported_at"] >= since)}
    own = kept["occurrences"]["occurrence_id"]
    for entity in OF_OCCURRENCES:
        table = tables[entity]
        if entity == "outcomes":
            of = kept["classifications"]["classification_id"]
            kept[entity] = take(table, np.isin(table["classification_id"], of))
        else:
            kept[entity] = take(table, np.isin(table["occurrence_id"], own))
    people = kept["involvements"]["person_id"]
    persons = tables["persons"]
    kept["persons"] = take(persons, np.isin(persons["person_id"], people))
    kept["person_merges"] = tables["person_merges"]
    near = np.isin(state.before.record_serials, people)
    state.before = Delivered(
        state.before.addresses,
        state.before.record_serials[near],
        state.before.true_people[near],
    )
    state.recent = kept
    return state


def save(state: State, folder: Path) -> None:
    """Write the state, atomically."""
    partial = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    plan = state.plan
    content = {
        "force": plan.force,
        "seed": plan.seed,
        "years": plan.years,
        "as_at": plan.as_at.isoformat(),
        "crimes_per_year": plan.crimes_per_year,
        "steps": state.steps,
        "moment": state.moment.isoformat(),
        "serials": asdict(state.serials),
    }
    (partial / "plan.json").write_text(json.dumps(content, indent=2) + "\n")
    places, before = state.before.addresses, state.before
    names = ("key", "serial", "x", "y")
    _write(partial, "addresses", {name: getattr(places, name) for name in names})
    _write(
        partial,
        "people",
        {"record": before.record_serials, "true_person": before.true_people},
    )
    for entity in KEPT:
        _write(partial, f"recent_{entity}", state.recent[entity])
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)


def read(folder: Path) -> State:
    """Read the state; raises `SimulationImpossible` when there is none."""
    if not (folder / "plan.json").is_file():
        raise SimulationImpossible(
            f"There is no simulated history in {folder.parent} to go on from. Write "
            f"one first: rasure simulate --years 6 --out {folder.parent}"
        )
    content = json.loads((folder / "plan.json").read_text())
    plan = Plan(
        content["force"],
        content["seed"],
        content["years"],
        datetime.fromisoformat(content["as_at"]),
        content["crimes_per_year"],
    )
    serials = content["serials"]
    serials = Serials(
        serials["used"],
        {int(year): last for year, last in serials["numbers"].items()},
        serials["people"],
    )
    people = _read(folder, "people")
    before = Delivered(
        Addresses(**_read(folder, "addresses")),
        people["record"],
        people["true_person"],
    )
    recent = {entity: _read(folder, f"recent_{entity}") for entity in KEPT}
    for entity, combinations in COMBINED.items():
        recent[entity]["roles"] = Roles(combinations, recent[entity]["roles"])
    moment = datetime.fromisoformat(content["moment"])
    return State(plan, content["steps"], moment, serials, before, recent)


def _write(folder: Path, name: str, table: dict) -> None:
    """Write a canonical table; columns of roles as their numbers."""
    columns = {
        column: values.index if isinstance(values, Roles) else values
        for column, values in table.items()
        if values is not None
    }
    pq.write_table(pa.table(columns), folder / f"{name}.parquet", compression="zstd")


def _read(folder: Path, name: str) -> dict:
    """Read a canonical table: numbers as numpy, text as Arrow."""
    table = pq.read_table(folder / f"{name}.parquet")
    columns = {}
    for column in table.column_names:
        values = table[column].combine_chunks()
        if isinstance(values, pa.ChunkedArray):
            values = pa.concat_arrays(values.chunks)
        is_text = pa.types.is_string(values.type) or pa.types.is_dictionary(values.type)
        columns[column] = values if is_text else values.to_numpy(False).copy()
    return columns
