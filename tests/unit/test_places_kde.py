import math

import numpy as np
import pytest

from rasure.places.methods import quartic_kernel


def direct(points, at, bandwidth):
    """The kernel as the book prints it, one pair at a time."""
    table = []
    for place in at:
        row = []
        for point in points:
            ratio = math.dist(place, point) / bandwidth
            inside = ratio < 1
            weight = 3 / (math.pi * bandwidth**2) * (1 - ratio**2) ** 2
            row.append(weight if inside else 0.0)
        table.append(row)
    return np.array(table)


def test_kernel_is_the_formula():
    rng = np.random.default_rng(5)
    points, at = rng.uniform(0, 1000, (40, 2)), rng.uniform(0, 1000, (25, 2))
    densities = quartic_kernel(points, at, 300.0).toarray()
    np.testing.assert_allclose(
        densities, direct(points, at, 300.0), rtol=1e-9, atol=1e-18
    )


def test_known_values():
    # On the point 3 / (pi h^2), at half the bandwidth 9/16 of it, at 300 m nothing.
    at = np.array([[0.0, 0], [150, 0], [0, 300], [400, 0]])
    densities = quartic_kernel(np.array([[0.0, 0]]), at, 300.0).toarray()[:, 0]
    peak = 3 / (math.pi * 90_000)
    assert densities == pytest.approx([peak, peak * 9 / 16, 0, 0], abs=1e-15)


def test_kernel_holds_one_crime_over_the_plane():
    step = 10.0
    axis = np.arange(-400, 400, step) + step / 2
    at = np.array([(x, y) for x in axis for y in axis])
    total = quartic_kernel(np.array([[3.0, 7.0]]), at, 300.0).sum() * step**2
    assert total == pytest.approx(1.0, abs=1e-3)


def test_no_points_no_density():
    densities = quartic_kernel(np.zeros((0, 2)), np.zeros((3, 2)), 300.0)
    assert densities.shape == (3, 0)
