"""The truth of a simulated force, read from the simulator's Parquet files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rasure.instruments.truth.errors import TruthMissing

TABLES = (
    "hot_hours",
    "institutions",
    "knife_carriers",
    "knife_traps",
    "offender_rows",
    "people",
)


@dataclass(frozen=True)
class Truth:
    """The truth of a force at the end of its simulated history.

    `tables` are those of docs/simulator.md.
    """

    folder: Path
    force: str
    tables: dict[str, pa.Table]

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
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}
    hours = tables["hot_hours"]
    forces = hours.filter(hours["is_force"])["scope"].unique().to_pylist()
    if len(forces) != 1:
        raise TruthMissing(
            f"The truth in {folder} names {len(forces)} forces, not one."
        )
    return Truth(folder, forces[0], tables)
