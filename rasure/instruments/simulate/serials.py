"""Serials: the next number of each entity's records, from one delivery to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST = 100_001


@dataclass
class Serials:
    """The counters of a simulation.

    `used[entity]` is the number of serials in use, `numbers[year]` the last occurrence
    number, and `people` the number of true people.
    """

    used: dict[str, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    people: int = 0

    def first(self, entity: str) -> int:
        """The first free serial of an entity."""
        return FIRST + self.used.get(entity, 0)

    def take(self, entity: str, count: int) -> int:
        """Take that many serials; returns the first."""
        first = self.first(entity)
        self.used[entity] = self.used.get(entity, 0) + count
        return first
