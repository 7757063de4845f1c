"""The plan of a simulation: the force, the seed, the years and the scale.

Every module draws from a stream of its own, named, so that a change in one leaves the
others' draws alone, and the bytes depend on nothing but the seed and the version.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from rasure.instruments.simulate.clock import DAY
from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.instruments.simulate.facts_tables import offences

LEAST = 1_000  # crimes of a year
AS_AT = datetime(2026, 1, 1, 4, tzinfo=UTC)
NON_CRIME_SHARE = 0.12  # occurrences that are no crime, for each that is one


@dataclass(frozen=True)
class Plan:
    """A simulation: `years` of history up to `as_at`, at full or a given scale.

    `step` is 0 for the history and n for the nth delta after it, which is extracted at
    `moment` and brings the day before that, or just one crime of the offence `only`.
    """

    force: str
    seed: int
    years: int
    as_at: datetime = AS_AT
    crimes_per_year: int | None = None
    step: int = 0
    moment: datetime | None = None
    only: str | None = None
    windows: tuple[tuple[int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        if not 1 <= self.years <= 20:
            raise SimulationImpossible("Years: expected 1 to 20.")
        if self.crimes_per_year is not None and self.crimes_per_year < LEAST:
            raise SimulationImpossible(
                f"Crimes per year: expected {LEAST:,} or more, so that everything that "
                "is planted fits."
            )
        object.__setattr__(self, "windows", self._windows())

    def rng(self, stream: str) -> np.random.Generator:
        """The random stream of that name, the same for the same seed and step."""
        return np.random.default_rng(
            [self.seed, self.step, zlib.crc32(stream.encode())]
        )

    def history(self) -> Plan:
        """The plan of the years before, whatever the step."""
        return replace(self, step=0, moment=None, only=None)

    def following(self, step: int, moment: datetime, only: str | None = None) -> Plan:
        """The plan of the `step`th delta, extracted at `moment`."""
        return replace(self, step=step, moment=moment, only=only)

    @property
    def end(self) -> int:
        """The instant of extraction, in seconds since 1970 (UTC)."""
        return int((self.moment or self.as_at).timestamp())

    @property
    def start(self) -> int:
        """The first instant that this plan covers, in seconds since 1970 (UTC)."""
        return self.windows[0][0]

    @property
    def scale(self) -> float:
        """The requested crimes of a year divided by those that the force records."""
        if self.crimes_per_year is None:
            return 1.0
        return self.crimes_per_year / float(offences().totals.mean())

    def counts(self) -> np.ndarray:
        """The number of crimes, of shape (windows, codes).

        Fractions are rounded by chance, so that a day or a small force still has its
        rare offences now and then.
        """
        mix = offences()
        if self.only is not None:
            return (np.array(mix.codes) == self.only).astype(np.int64)[None, :]
        rows = [self._mix_row(number) for number in range(len(self.windows))]
        expected = mix.shares[rows] * mix.totals[rows][:, None] * self.scale
        if self.step:
            expected = expected / 365.25
        rng = self.rng("counts")
        return np.floor(expected + rng.random(expected.shape)).astype(np.int64)

    def _mix_row(self, number: int) -> int:
        """The row of the offence mix for a window; the last window has the last row."""
        years = len(offences().totals)
        return max(0, years - len(self.windows) + number)

    def _windows(self) -> tuple[tuple[int, int], ...]:
        """(start, end) in seconds of each year of the history, or of the one day."""
        if self.step:
            return ((self.end - DAY, self.end),)
        day = self.as_at.replace(hour=0, minute=0, second=0, microsecond=0)
        backward = range(self.years, 0, -1)
        bounds = [int(_years_before(day, back).timestamp()) for back in backward]
        return tuple(pairwise([*bounds, self.end]))


def _years_before(day: datetime, years: int) -> datetime:
    """The same date that many years before (28 February for a leap day)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def plan(
    force: str,
    seed: int,
    years: int,
    as_at: str | None = None,
    crimes_per_year: int | None = None,
) -> Plan:
    """The plan of a history; `as_at` is a date (YYYY-MM-DD), read as 04:00 UTC."""
    moment = AS_AT
    if as_at is not None:
        try:
            moment = datetime.fromisoformat(as_at).replace(hour=4, tzinfo=UTC)
        except ValueError as error:
            raise SimulationImpossible(
                "As at: expected a date such as 2026-01-01."
            ) from error
    return Plan(force, seed, years, moment, crimes_per_year)
