"""Change records of people that were delivered before."""

from __future__ import annotations

import numpy as np

from rasure.instruments.simulate.clock import NONE


class PersonChanges:
    """The kinds of changes of people, for `changes.Changes`."""

    def _merge(self, count: int) -> int:
        """Merge records of one true person, or if there are none, of two."""
        merged = self.state.recent["person_merges"]["merged_person_id"]
        if len(self.subjects) == 2:
            pairs = np.array([self.subjects])
            pairs = pairs[~np.isin(pairs, merged).any(axis=1)]
        else:
            pairs = self._pairs(merged, count)
        at = self._now(len(pairs))
        row = {
            "person_merge_id": self._serials("person_merges", len(pairs)),
            "surviving_person_id": pairs[:, 0],
            "merged_person_id": pairs[:, 1],
            "merged_at": at,
            "unmerged_at": np.full(len(pairs), NONE),
            "modified_at": at.copy(),
        }
        self.new.setdefault("person_merges", []).append(row)
        return len(pairs)

    def _pairs(self, merged: np.ndarray, count: int) -> np.ndarray:
        """(n, 2) serials of that many pairs of records that were not merged."""
        before = self.state.before
        free = ~np.isin(before.record_serials, merged)
        serials, true = before.record_serials[free], before.true_people[free]
        order = np.argsort(true, kind="stable")
        serials, true = serials[order], true[order]
        doubled = np.flatnonzero(true[1:] == true[:-1])
        if not len(doubled):
            doubled = np.arange(len(true) - 1)
        first = self._some(doubled, count, serials[:-1], serials[1:])
        return np.stack([serials[first], serials[first + 1]], axis=1)

    def _unmerge(self, count: int) -> int:
        """Undo merges."""
        merges = self.state.recent["person_merges"]
        rows = self._some(np.flatnonzero(merges["unmerged_at"] == NONE), count)
        at = self._now(len(rows))
        merges["unmerged_at"][rows] = at
        self._touch("person_merges", rows, at)
        return len(rows)

    def _erase(self, count: int) -> int:
        """Delete persons to whom nothing else in the delta refers."""
        recent = self.state.recent
        persons = recent["persons"]["person_id"]
        referenced = [self.spared]
        for entity in ("persons", "involvements"):
            rows = np.array(sorted(self.touched.get(entity, ())), np.int64)
            referenced.append(recent[entity]["person_id"][rows])
        merges = [recent["person_merges"], *self.new.get("person_merges", [])]
        for table in merges:
            referenced += [table["surviving_person_id"], table["merged_person_id"]]
        free = persons[~np.isin(persons, np.concatenate(referenced))]
        chosen_ = self._some(free, count)
        self.deleted += [("persons", int(serial)) for serial in chosen_]
        return len(chosen_)

    def _correct(self, count: int) -> int:
        """Correct dates of birth, and restrict access to some records."""
        persons = self.state.recent["persons"]
        rows = np.flatnonzero(persons["date_of_birth"] != NONE)
        rows = self._some(rows, count)
        persons["date_of_birth"][rows] += self.rng.choice([-1, 1], len(rows))
        self._touch("persons", rows, self._now(len(rows)))
        return len(rows)
