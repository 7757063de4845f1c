"""Compare a linkage with the truth: pairwise and B-cubed precision and recall.

Pairwise: precision is the share of the linked pairs that are of one person; recall is
the share of the pairs of one person that are linked. B-cubed (Bagga and Baldwin 1998):
for each record, precision is the share of its cluster that is of its person, and recall
the share of its person's records that is in its cluster; both are means over records. F
is the harmonic mean. All are counted from the table of clusters by persons, not from
pairs.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and F of pairs (`pair_`) and of records (`b3_`), 0 to 1."""

    records: int
    pair_precision: float
    pair_recall: float
    pair_f: float
    b3_precision: float
    b3_recall: float
    b3_f: float

    def as_dict(self) -> dict:
        """The figures by name."""
        return asdict(self)


def agreement(
    linked: Mapping[Hashable, Hashable], truth: Mapping[Hashable, Hashable]
) -> Agreement:
    """Compare the cluster of each record (`linked`) with its person (`truth`).

    Both map the same records; a ratio without any pair to count is 1. Raises
    `ValueError` when the records differ or there are none.
    """
    if linked.keys() != truth.keys() or not linked:
        raise ValueError("linked and truth must map the same records, at least one")
    clusters = _codes([linked[record] for record in truth])
    persons = _codes(list(truth.values()))
    both = _codes(list(zip(clusters.tolist(), persons.tolist(), strict=True)))
    size_cluster, size_person, size_both = (
        np.bincount(codes)[codes] for codes in (clusters, persons, both)
    )
    together = _pairs(both)
    pair_precision = _ratio(together, _pairs(clusters))
    pair_recall = _ratio(together, _pairs(persons))
    b3_precision = float(np.mean(size_both / size_cluster))
    b3_recall = float(np.mean(size_both / size_person))
    return Agreement(
        len(truth),
        pair_precision,
        pair_recall,
        _harmonic(pair_precision, pair_recall),
        b3_precision,
        b3_recall,
        _harmonic(b3_precision, b3_recall),
    )


def _codes(values: list) -> np.ndarray:
    """A whole number from 0 for each distinct value."""
    codes: dict = {}
    return np.array([codes.setdefault(value, len(codes)) for value in values])


def _pairs(codes: np.ndarray) -> int:
    sizes = np.bincount(codes).astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _harmonic(precision: float, recall: float) -> float:
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
