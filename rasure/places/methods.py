"""The ways to choose cells of the grid.

Each is given the same training events and the same candidate cells and answers with
the same number of cells; they differ only in how they score a cell.

The quartic kernel density estimate is the yardstick of the field, not our method:
smoothing spends area on the quiet ground between hot places, so at the small share of a
force that patrols can cover it is beaten by plain counts; it is kept to show that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from rasure.places import selection
from rasure.places.definition import Definition


def quartic_kernel(
    points: np.ndarray, at: np.ndarray, bandwidth_metres: float
) -> csr_array:
    """Kernel weights of each point at each place: `len(at)` x `len(points)`, per m2.

    `points` and `at` are (n, 2) coordinates in metres. Quartic (biweight) kernel:
    K(d) = 3 / (pi h^2) x (1 - d^2 / h^2)^2 for d < h, else 0, which integrates to 1
    over the plane (Silverman 1986, eq. 4.5).
    """
    shape = (len(at), len(points))
    if not len(points):
        return csr_array(shape)
    near = cKDTree(at).sparse_distance_matrix(
        cKDTree(points), bandwidth_metres, output_type="ndarray"
    )
    share = 1.0 - (near["v"] / bandwidth_metres) ** 2
    weight = 3.0 / (np.pi * bandwidth_metres**2) * share**2
    return csr_array((weight, (near["i"], near["j"])), shape=shape)


@dataclass(frozen=True)
class Training:
    """The events a method may see, one value an event, and the ground they lie on.

    `kernel` (cells x points) gives each point's weight at each cell centroid and
    `point` says at which point an event lies; `observed` are the months that have
    data, ascending; `period_months` is the length of the test period; `wanted` is how
    many cells will be chosen.
    """

    cell: np.ndarray
    month: np.ndarray
    score_weight: np.ndarray
    point: np.ndarray
    kernel: csr_array
    is_candidate: np.ndarray
    observed: np.ndarray
    period_months: int
    is_day_dated: bool = False
    wanted: int = 0

    @property
    def cells(self) -> int:
        """Cells of the grid."""
        return len(self.is_candidate)


Scored = tuple[np.ndarray, np.ndarray | None]


def grid(training: Training, definition: Definition) -> Scored:
    """Decayed harm to a power in the cells of the grid, persistent places first."""
    score = selection.cell_scores(training.cell, training.score_weight, training.cells)
    return score, persistent_cells(training, definition)


def persistent_cells(training: Training, definition: Definition) -> np.ndarray:
    """Which cells are persistent, as booleans, by the rule that the history allows."""
    last = training.observed[-1]
    years = selection.years_of_history(training.observed[0], last, definition)
    year_ago = (last - training.month) // 12
    recent = year_ago < years
    presence = selection.Presence(
        crimes=np.bincount(training.cell, minlength=training.cells),
        months_with_crime=selection.months_with_crime(
            training.cell, training.month, training.cells
        ),
        years_with_crime=selection.months_with_crime(
            training.cell[recent], year_ago[recent], training.cells
        ),
        months_observed=len(training.observed),
        years_observed=years,
        cells=training.cells,
        wanted=training.wanted,
    )
    by_years = selection.goes_by_years(training.is_day_dated, years, definition)
    return selection.persistent(presence, definition, by_years)


def last_period_counts(training: Training, definition: Definition) -> Scored:
    """Counts of the last observed months, as many as the test period has."""
    recent = training.month >= training.observed[-training.period_months :][0]
    return np.bincount(training.cell[recent], minlength=training.cells), None


def all_period_counts(training: Training, definition: Definition) -> Scored:
    """Counts of the whole training period."""
    return np.bincount(training.cell, minlength=training.cells), None


def kde_quartic(training: Training, definition: Definition) -> Scored:
    """Quartic kernel density of the whole training period at the cell centroids."""
    weights = np.bincount(training.point, minlength=training.kernel.shape[1])
    return np.round(training.kernel @ weights.astype(float), 15), None


GRID = "grid"
COUNTS = ("last_period_counts", "all_period_counts")
KDE = "kde_quartic"

# The methods that score the cells of the grid. The other one is `rasure.places.free`.
METHODS: dict[str, Callable[[Training, Definition], Scored]] = {
    GRID: grid,
    "last_period_counts": last_period_counts,
    "all_period_counts": all_period_counts,
    KDE: kde_quartic,
}


def choose(
    training: Training, definition: Definition, cells: int
) -> dict[str, np.ndarray]:
    """The `cells` cells that each method chooses, best first, as cell indices."""
    return {name: choose_by(name, training, definition, cells) for name in METHODS}


def choose_by(
    name: str, training: Training, definition: Definition, cells: int
) -> np.ndarray:
    """The `cells` cells that one method chooses, best first, as cell indices."""
    score, preferred = METHODS[name](replace(training, wanted=cells), definition)
    return selection.select(
        score.astype(float), cells, training.is_candidate, preferred
    )
