"""Choosing the hexagons: the highest first, until they fill the area asked for."""

from __future__ import annotations

import math

import numpy as np


def cells_to_fill(cell_area_km2: float, target_km2: float, cells: int) -> int:
    """How many equal cells it takes for their area to reach `target_km2`.

    At least one and at most `cells`, so the area passes the target by less than a cell.
    """
    needed = math.ceil(target_km2 / cell_area_km2 - 1e-9)
    return min(max(needed, 1), cells)


def highest(score: np.ndarray, wanted: int) -> np.ndarray:
    """Indices of the `wanted` highest scores, highest first, ties by index.

    The whole grid is 150,000 cells, most of them empty, and this runs thousands of
    times in a simulation: so empty cells are left out where enough others are there,
    and only the values above the threshold are sorted.
    """
    if wanted <= 0:
        return np.zeros(0, dtype=int)
    if wanted >= len(score):
        return np.lexsort((np.arange(len(score)), -score))
    filled = np.flatnonzero(score > 0)
    if wanted <= len(filled) < len(score):
        return filled[highest(score[filled], wanted)]
    threshold = np.partition(score, len(score) - wanted)[len(score) - wanted]
    above = np.flatnonzero(score > threshold)
    above = above[np.argsort(-score[above], kind="stable")]
    tied = np.flatnonzero(score == threshold)[: wanted - len(above)]
    return np.concatenate([above, tied])


def select(
    score: np.ndarray,
    wanted: int,
    is_candidate: np.ndarray,
    is_preferred: np.ndarray | None = None,
) -> np.ndarray:
    """The `wanted` candidates of highest score, highest first, preferred ones ahead.

    Preferred cells (persistent places) come before all others whatever their score;
    the others only fill what is left. Ties go to the lower index.
    """
    allowed = np.where(is_candidate, score, -np.inf)
    wanted = min(wanted, int(is_candidate.sum()))
    if is_preferred is None:
        return highest(allowed, wanted)
    first = is_candidate & is_preferred
    chosen = highest(np.where(first, score, -np.inf), min(wanted, int(first.sum())))
    if len(chosen) == wanted:
        return chosen
    rest = highest(np.where(first, -np.inf, allowed), wanted - len(chosen))
    return np.concatenate([chosen, rest])
