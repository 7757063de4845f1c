"""Periods of whole months, and which of them were observed.

The publisher's files name the month only, and months can be missing, so every count
here is of observed months: the ones that have a crime of any type in the warehouse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from rasure.places.errors import WindowRejected

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def month_number(day: date) -> int:
    """Months since the year 0, so that differences are ages in months."""
    return day.year * 12 + day.month - 1


def month_start(number: int) -> date:
    """The first day of a month number."""
    return date(number // 12, number % 12 + 1, 1)


def month_end(number: int) -> date:
    """The last day of a month number."""
    return month_start(number + 1) - timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """The months from `first` to `last`, both within it, as month numbers."""

    first: int
    last: int

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read `2024-01:2025-03`; raises `WindowRejected` for anything else."""
        months = [MONTH.fullmatch(part) for part in text.split(":")]
        if len(months) != 2 or None in months:
            raise WindowRejected(
                f"{text!r} is not a period. Write it as 2024-01:2025-03, the first and "
                "the last month."
            )
        first, last = (int(month[1]) * 12 + int(month[2]) - 1 for month in months)
        if first > last:
            raise WindowRejected(f"The period {text} ends before it begins.")
        return cls(first, last)

    def __str__(self) -> str:
        return f"{month_start(self.first):%Y-%m}:{month_start(self.last):%Y-%m}"

    def holds(self, months: np.ndarray) -> np.ndarray:
        """Which of the month numbers lie in the window, as booleans."""
        return (months >= self.first) & (months <= self.last)

    def observed(self, months: np.ndarray, what: str) -> np.ndarray:
        """The observed months within, ascending; `WindowRejected` if none."""
        observed = np.unique(months[self.holds(months)])
        if not len(observed):
            raise WindowRejected(
                f"There is no data in the {what} period {self}. The warehouse has "
                f"{listed(months)}."
            )
        return observed


def check_hold_out(train: Window, test: Window) -> None:
    """Raise `WindowRejected` unless every test month is after the training months."""
    if test.first <= train.last:
        raise WindowRejected(
            f"The test period {test} must begin after the training period {train} "
            "ends: a score on months already seen says nothing."
        )


def listed(months: np.ndarray) -> str:
    """Observed months as runs: `2024-01 to 2024-04, 2025-01 to 2025-06`."""
    months = np.unique(months)
    runs = np.split(months, np.flatnonzero(np.diff(months) > 1) + 1)
    return ", ".join(
        f"{month_start(run[0]):%Y-%m}"
        + (f" to {month_start(run[-1]):%Y-%m}" if len(run) > 1 else "")
        for run in (run.tolist() for run in runs)
        if run
    )
