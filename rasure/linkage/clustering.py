"""From pairs to persons, never with two records in one that must stay apart.

Connected components are not enough: A may be like B and B like C, while A and C are
known to be two people. So links are applied one after the other, the surest first; a
link is left out if its two groups have a forbidden pair between them. A component
without a forbidden pair becomes one person. Links of equal strength are applied in the
order of their records' age, so the outcome depends neither on the order of the input
nor on earlier runs.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def components(count: int, links: np.ndarray) -> np.ndarray:
    """The component of each of `count` records, named by its smallest member.

    `links` has shape (n, 2) and holds record numbers from 0.
    """
    ones = np.ones(len(links), dtype=np.int8)
    graph = coo_array((ones, (links[:, 0], links[:, 1])), shape=(count, count))
    number, label = connected_components(graph, directed=False)
    smallest = np.full(number, count, dtype=np.int64)
    np.minimum.at(smallest, label, np.arange(count))
    return smallest[label]


def cluster(
    count: int, links: np.ndarray, strength: np.ndarray, forbidden: np.ndarray
) -> np.ndarray:
    """The cluster of each of `count` records, named by its smallest member.

    `links` and `forbidden` have shape (n, 2), `strength` shape (n,): the greatest is
    applied first. A forbidden pair never shares a cluster and forbids nothing else.
    """
    links = np.sort(links.reshape(-1, 2), axis=1)
    forbidden = forbidden.reshape(-1, 2)
    label = components(count, links)
    inside = label[forbidden[:, 0]] == label[forbidden[:, 1]]
    forbidden = forbidden[inside]
    if not len(forbidden):
        return label
    in_dispute = np.isin(label, label[forbidden[:, 0]])
    label[in_dispute] = np.flatnonzero(in_dispute)
    chosen = in_dispute[links[:, 0]]
    links, strength = links[chosen], strength[chosen]
    order = np.lexsort((links[:, 1], links[:, 0], -strength))
    for record, head in _take(links[order], forbidden).items():
        label[record] = head
    return label


def _take(links: np.ndarray, forbidden: np.ndarray) -> dict[int, int]:
    """Take links in their order; the head (smallest member) of each record in them."""
    head: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    foes: dict[int, set[int]] = {}  # by head: the records its group must not hold
    for one, other in forbidden.tolist():
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    for one, other in links.tolist():
        for record in (one, other):
            if record not in head:
                head[record] = record
                members[record] = [record]
        keep, lose = sorted((head[one], head[other]))
        if keep == lose:
            continue
        small, large = sorted((keep, lose), key=lambda name: len(members[name]))
        if not foes.get(large, set()).isdisjoint(members[small]):
            continue
        for record in members[lose]:
            head[record] = keep
        members[keep] += members.pop(lose)
        if lose in foes:
            foes.setdefault(keep, set()).update(foes.pop(lose))
    return head
