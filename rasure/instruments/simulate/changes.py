"""Change records that were delivered before, as the rows of a delta.

Each kind of change selects recent records, changes them in the state, and returns the
changed rows. A change sets `modified_at` of the changed record and of its occurrence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rasure.instruments.simulate.canonical import join, take
from rasure.instruments.simulate.clock import DAY, NONE, to_local
from rasure.instruments.simulate.hours import CLOCK
from rasure.instruments.simulate.involvements import COMBINATIONS
from rasure.instruments.simulate.person_changes import PersonChanges
from rasure.instruments.simulate.state import State
from rasure.instruments.simulate.words import chosen

PER_THOUSAND = {  # changes of a day, for each thousand crimes that it records
    "reclassify": 55,
    "eliminate": 40,
    "resolve": 420,
    "cancel": 12,
    "merge": 9,
    "unmerge": 2,
    "delete": 3,
    "erase": 2,
    "correct": 30,
}


@dataclass
class Changes(PersonChanges):
    """The changes of one delta.

    `touched` holds the positions of the changed rows of the state's tables by entity,
    `new` the new rows, and `deleted` the deleted records (entity, serial). `cancelled`
    are the serials of occurrences; `reclassified` has the serials of the old and the
    new classification, with the new class and subclass. `spared` are the serials of
    persons whom new records of the same delta mention. With `subjects`, serials of
    occurrences or persons, only their records change; of two persons the second is
    merged into the first.
    """

    state: State
    rng: np.random.Generator
    since: int
    until: int
    touched: dict[str, set[int]] = field(default_factory=dict)
    new: dict[str, list[dict]] = field(default_factory=dict)
    deleted: list[tuple[str, int]] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    reclassified: list[tuple[int, int, str, str]] = field(default_factory=list)
    spared: np.ndarray = field(default_factory=lambda: np.array([], np.int64))
    subjects: tuple[int, ...] = ()

    def make(self, kind: str, count: int) -> int:
        """Make `count` changes of a kind; returns how many were possible."""
        return getattr(self, f"_{kind}")(count)

    def _now(self, count: int) -> np.ndarray:
        return self.rng.integers(self.since, self.until, count)

    def _touch(self, entity: str, rows: np.ndarray, at: np.ndarray) -> None:
        self.state.recent[entity]["modified_at"][rows] = at
        self.touched.setdefault(entity, set()).update(rows.tolist())

    def _touch_occurrences(self, serials: np.ndarray, at: np.ndarray) -> None:
        events = self.state.recent["occurrences"]["occurrence_id"]
        rows = np.searchsorted(events, serials)
        self._touch("occurrences", rows, at)

    def _some(self, rows: np.ndarray, count: int, *serials: np.ndarray) -> np.ndarray:
        """A random choice of `count` of `rows`, of the subjects if there are any.

        `serials` are the occurrences and persons of each row of the table.
        """
        if self.subjects and serials:
            own = np.any([np.isin(of, self.subjects) for of in serials], axis=0)
            rows = rows[own[rows]]
        return np.sort(self.rng.permutation(rows)[:count])

    def _current(self) -> np.ndarray:
        """Current classifications of occurrences that were not cancelled."""
        table, events = (
            self.state.recent[name] for name in ("classifications", "occurrences")
        )
        open_ = events["occurrence_id"][events["cancelled_at"] == NONE]
        return np.flatnonzero(
            (table["effective_to"] == NONE) & np.isin(table["occurrence_id"], open_)
        )

    def _reclassify(self, count: int) -> int:
        """End a classification and begin a graver or lighter one."""
        table = self.state.recent["classifications"]
        classes = np.array(table["recorded_class"].to_pylist())
        current = self._current()
        turns = {
            "8N": ("5D", "005/01"),
            "105A": ("8N", "008/06"),
            "34B": ("39", "039/00"),
        }
        graver = current[np.isin(classes[current], list(turns))]
        rows = self._some(graver, count, table["occurrence_id"])
        if not len(rows):
            return 0
        at = self._now(len(rows))
        row = take(table, rows)
        row["classification_id"] = self._serials("classifications", len(rows))
        new_classes = tuple(turn[0] for turn in turns.values())
        subs = tuple(turn[1] for turn in turns.values())
        kind = np.array([list(turns).index(name) for name in classes[rows]])
        row["recorded_class"] = chosen(new_classes, kind)
        row["recorded_subclass"] = chosen(subs, kind)
        row["effective_from"], row["modified_at"] = at, at.copy()
        table["effective_to"][rows] = at
        self.reclassified += zip(
            table["classification_id"][rows].tolist(),
            row["classification_id"].tolist(),
            [new_classes[number] for number in kind],
            [subs[number] for number in kind],
            strict=True,
        )
        self._touch("classifications", rows, at)
        self._touch_occurrences(table["occurrence_id"][rows], at)
        self.new.setdefault("classifications", []).append(row)
        return len(rows)

    def _eliminate(self, count: int) -> int:
        """Eliminate suspects who are named or arrested."""
        table = self.state.recent["involvements"]
        free = [n for n, terms in enumerate(COMBINATIONS) if terms in _ELIMINABLE]
        rows = np.flatnonzero(
            np.isin(table["roles"].index, free) & (table["eliminated_at"] == NONE)
        )
        rows = self._some(rows, count, table["person_id"], table["occurrence_id"])
        at = self._now(len(rows))
        table["eliminated_at"][rows] = at
        self._touch("involvements", rows, at)
        self._touch_occurrences(table["occurrence_id"][rows], at)
        return len(rows)

    def _resolve(self, count: int) -> int:
        """Give outcomes to crimes that had none: for most, no suspect."""
        table, outcomes = (
            self.state.recent[name] for name in ("classifications", "outcomes")
        )
        current = self._current()
        ids = table["classification_id"]
        rows = current[~np.isin(ids[current], outcomes["classification_id"])]
        rows = self._some(rows, count)
        at = self._now(len(rows))
        codes = np.where(self.rng.random(len(rows)) < 0.8, 0, 1)
        row = {
            "outcome_id": self._serials("outcomes", len(rows)),
            "classification_id": ids[rows],
            "person_id": np.full(len(rows), -1),
            "outcome_code": chosen(("18", "14"), codes),
            "outcome_on": to_local(at, CLOCK) // DAY,
            "modified_at": at,
        }
        self.new.setdefault("outcomes", []).append(row)
        self._touch_occurrences(table["occurrence_id"][rows], at)
        return len(rows)

    def _cancel(self, count: int) -> int:
        """Cancel crimes."""
        events = self.state.recent["occurrences"]
        rows = np.flatnonzero(
            (events["cancelled_at"] == NONE) & (events["is_crime"] == 1)
        )
        rows = self._some(rows, count)
        at = self._now(len(rows))
        events["cancelled_at"][rows] = at
        self.cancelled += events["occurrence_id"][rows].tolist()
        self._touch("occurrences", rows, at)
        return len(rows)

    def _delete(self, count: int) -> int:
        """Delete occurrences, as those that should never have been recorded."""
        events = self.state.recent["occurrences"]
        changed = self.touched.get("occurrences", set())
        rows = np.array(
            sorted(set(range(len(events["occurrence_id"]))) - changed), np.int64
        )
        rows = self._some(rows, count, events["occurrence_id"])
        serials = events["occurrence_id"][rows]
        self.deleted += [("occurrences", int(serial)) for serial in serials]
        return len(rows)

    def _serials(self, entity: str, count: int) -> np.ndarray:
        return self.state.serials.take(entity, count) + np.arange(count)

    def tables(self) -> dict[str, dict]:
        """The rows of this delta, changed and new, by entity."""
        tables = {
            entity: take(self.state.recent[entity], np.array(sorted(rows), np.int64))
            for entity, rows in self.touched.items()
            if rows
        }
        for entity, parts in self.new.items():
            parts = [tables[entity], *parts] if entity in tables else parts
            tables[entity] = join(parts)
        return tables


_ELIMINABLE = (("suspect",), ("suspect", "arrested"))
