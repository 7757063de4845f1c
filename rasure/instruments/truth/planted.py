"""The truth of a simulated force, read from the simulator's Parquet files.

A delta of the simulator has a truth of its own: new records, and what changed in
records that were delivered before. `follow` brings the truth of the full extract to the
day of the warehouse with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rasure.instruments.simulate.qualify import carriers
from rasure.instruments.truth.errors import TruthMissing

TABLES = (
    "cell_rates",
    "extract",
    "hot_hours",
    "institutions",
    "knife_carriers",
    "knife_events",
    "knife_traps",
    "offender_rows",
    "people",
)
# The tables to which a delta adds rows.
GROWING = ("knife_events", "offender_rows", "people")


@dataclass(frozen=True)
class Truth:
    """The truth of a force at the instant `extracted_at`.

    `tables` are those of docs/simulator.md.
    """

    folder: Path
    force: str
    tables: dict[str, pa.Table]

    @property
    def extracted_at(self) -> datetime:
        """The instant of the extract whose truth this is."""
        return self.tables["extract"]["extracted_at"][0].as_py()

    def rows(self, table: str) -> list[dict]:
        """The rows of a small table."""
        return self.tables[table].to_pylist()

    def columns(self, table: str, *names: str) -> list[tuple]:
        """Some columns of a table, a tuple a row."""
        chosen = self.tables[table]
        return list(zip(*(chosen[name].to_pylist() for name in names), strict=True))


def read(folder: Path) -> Truth:
    """Read the truth in `folder`; raises `TruthMissing` when a table is missing."""
    absent = [name for name in TABLES if not (folder / f"{name}.parquet").is_file()]
    if absent:
        raise TruthMissing(
            f"There is no truth of a simulated force in {folder}: it has no "
            f"{absent[0]}.parquet. Name the truth that `rasure simulate --out DIR` "
            "wrote next to the deliveries: --truth DIR/truth."
        )
    tables = read_tables(folder, TABLES)
    hours = tables["hot_hours"]
    forces = hours.filter(hours["is_force"])["scope"].unique().to_pylist()
    if len(forces) != 1:
        raise TruthMissing(
            f"The truth in {folder} names {len(forces)} forces, not one."
        )
    return Truth(folder, forces[0], tables)


def read_tables(folder: Path, names: tuple[str, ...]) -> dict[str, pa.Table]:
    """The tables of those names that `folder` has."""
    paths = {name: folder / f"{name}.parquet" for name in names}
    return {name: pq.read_table(path) for name, path in paths.items() if path.is_file()}


def follow(truth: Truth, as_of: datetime) -> Truth:
    """The truth after every delta that was extracted until `as_of`."""
    for folder in sorted((truth.folder / "deltas").glob("*")):
        delta = read_tables(folder, ("extract", "changes", *GROWING))
        if "changes" not in delta:
            raise TruthMissing(
                f"The truth in {folder} does not say what changed. Write the history "
                "and its deltas again with `rasure simulate`."
            )
        if delta["extract"]["extracted_at"][0].as_py() <= as_of:
            truth = replace(truth, tables=truth.tables | followed(truth.tables, delta))
    return truth


def followed(
    tables: dict[str, pa.Table], delta: dict[str, pa.Table]
) -> dict[str, pa.Table]:
    """The tables that a delta changes: its changes first, then its new rows."""
    changed = {name: tables[name] for name in GROWING}
    for change in delta["changes"].to_pylist():
        changed = changed_by(changed, change)
    for name in GROWING:
        if name in delta:
            new = delta[name].cast(changed[name].schema)
            if name == "people":  # some were delivered before
                known = changed[name]["person_id"]
                new = new.filter(pc.invert(pc.is_in(new["person_id"], known)))
            changed[name] = pa.concat_tables([changed[name], new])
    extracted_at = delta["extract"]["extracted_at"][0].as_py()
    listed = carriers(changed["knife_events"], int(extracted_at.timestamp()))
    changed["knife_carriers"] = pa.table(listed)
    traps = tables["knife_traps"]
    is_carrier = pc.is_in(traps["true_person"], listed["true_person"])
    at = traps.column_names.index("is_carrier")
    changed["knife_traps"] = traps.set_column(at, "is_carrier", is_carrier)
    return changed | {"extract": delta["extract"]}


def changed_by(tables: dict[str, pa.Table], change: dict) -> dict[str, pa.Table]:
    """The tables after one change of a record (`CHANGES` of the simulator's truth)."""
    record = pa.scalar(change["record_id"])
    key = {"occurrences": "occurrence_id", "persons": "person_id"}.get(change["entity"])
    if change["change"] == "deleted":
        return {
            name: without(table, key, record) if key in table.column_names else table
            for name, table in tables.items()
        }
    rows = tables["offender_rows"]
    if change["change"] == "cancelled":
        events = without(tables["knife_events"], "occurrence_id", record)
        is_of_it = pc.equal(rows["occurrence_id"], record)
        rows = with_values(rows, is_of_it, {"is_cancelled": True})
        return tables | {"offender_rows": rows, "knife_events": events}
    is_of_it = pc.equal(rows["classification_id"], record)
    values = {
        "classification_id": change["new_id"],
        **{name: change[name] for name in OFFENCE},
    }
    return tables | {"offender_rows": with_values(rows, is_of_it, values)}


OFFENCE = ("offence_code", "offence_subclass", "harm_days")


def without(table: pa.Table, column: str, value: pa.Scalar) -> pa.Table:
    """The rows whose column is another value, or empty."""
    is_it = pc.fill_null(pc.equal(table[column], value), False)
    return table.filter(pc.invert(is_it))


def with_values(table: pa.Table, where: pa.ChunkedArray, values: dict) -> pa.Table:
    """The table with some columns set to a value in the rows where `where` is true."""
    for name, value in values.items():
        kind = table.schema.field(name).type
        column = pc.if_else(where, pa.scalar(value, kind), table[name])
        at = table.column_names.index(name)
        table = table.set_column(at, name, column)
    return table
