"""The quartic kernel density estimate: the yardstick of the field, not our method.

Smoothing spends area on the quiet ground between hot places, so at the small share of
a force that patrols can cover it is beaten by plain counts; it is kept to show that.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree


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
