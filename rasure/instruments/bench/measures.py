"""A measure of the bench, and the table that shows measures."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Measure:
    """The name of a measure, and its value and floor in `unit`.

    `floor` is None if there is nothing to compare with. `source` and `rows` name the
    data of a measure that is taken of several.
    """

    measure: str
    value: float
    unit: str
    floor: float | None = None
    source: str | None = None
    rows: int | None = None

    @property
    def ratio(self) -> float | None:
        """The value divided by its floor."""
        return self.value / self.floor if self.floor else None

    def as_dict(self) -> dict:
        """The measure as it is printed with --json."""
        return {**asdict(self), "ratio": self.ratio}


def seconds(work: Callable[[], object]) -> float:
    """The seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(values: list[float]) -> float:
    """The median of some figures."""
    return statistics.median(values)


def print_table(measures: list[Measure]) -> None:
    """Print the measures, one row each."""
    from rich.console import Console
    from rich.table import Table

    table = Table("measure", "source", "value", "floor", "unit", "ratio")
    for place in (2, 3, 5):
        table.columns[place].justify = "right"
    for item in measures:
        floor = "" if item.floor is None else f"{item.floor:,.2f}"
        ratio = "" if item.ratio is None else f"{item.ratio:.2f}"
        value = f"{item.value:,.2f}"
        table.add_row(item.measure, item.source or "", value, floor, item.unit, ratio)
    Console(width=110).print(table)
