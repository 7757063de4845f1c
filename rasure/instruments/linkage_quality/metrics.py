"""How good a linkage is against the truth: pairwise and B-cubed precision and recall.

Pairwise: of the pairs put together, the share that belong together (precision); of
those that belong together, the share put together (recall). B-cubed (Bagga and Baldwin
1998): the mean over records of the share of the record's cluster that is of its person
(precision), and of its person's records that are in its cluster (recall). F is the
harmonic mean. Both are counted from the table of clusters by persons, not from pairs.
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
    found: Mapping[Hashable, Hashable], truth: Mapping[Hashable, Hashable]
) -> Agreement:
    """Compare the cluster of each record (`found`) with its person (`truth`).

    Both map the same records; a ratio without any pair to count is 1. Raises
    `ValueError` when the records differ or there are none.
    """
    if found.keys() != truth.keys() or not found:
        raise ValueError("found and truth must map the same records, at least one")
    clusters = _codes([found[record] for record in truth])
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
    """Whole numbers from 0, one a distinct value."""
    known: dict = {}
    return np.array([known.setdefault(value, len(known)) for value in values])


def _pairs(codes: np.ndarray) -> int:
    sizes = np.bincount(codes).astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _harmonic(precision: float, recall: float) -> float:
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
