"""A small made-up force for the tests of places: a square grid with a few hot cells."""

from __future__ import annotations

import numpy as np

from rasure.places.definition import Definition
from rasure.places.events import Events, Grid
from rasure.places.selection import simulated_weights
from rasure.places.windows import Window

JANUARY = 2024 * 12
TRAIN = Window(JANUARY, JANUARY + 5)
TEST = Window(JANUARY + 6, JANUARY + 8)

DEFINITION = Definition(
    version="test",
    coverage_percent=0.5,
    half_life_months=24.0,
    harm_power=0.25,
    persistence_share=0.5,
    persistence_years=4,
    history_years=6,
    least_history_years=3,
    top_probability=0.8,
    institution_share=0.5,
    public_places_only=True,
    without_domestic_abuse=True,
    needs_review=False,
    review_months=12,
    kde_bandwidth_metres=300.0,
    lattice_metres=20.0,
    staffed_hot_spots=6,
    hot_spot_km2=0.12,
    hot_spot_gap_metres=40.0,
    choice_hold_out_months=3,
    choice_trials=12,
    choice_jitter_metres=40.0,
)


def grid(side: int = 60, cell_metres: float = 200.0) -> Grid:
    """`side` x `side` square cells that fill their force; nine observed months."""
    column, row = np.divmod(np.arange(side * side), side)
    cells = side * side
    cell_km2 = cell_metres**2 / 1e6
    return Grid(
        force="somewhere",
        force_area_km2=cells * cell_km2,
        hexagon_id=np.array([f"somewhere:{i:03}" for i in range(cells)]),
        area_km2=np.full(cells, cell_km2),
        x=(column + 0.5) * cell_metres,
        y=(row + 0.5) * cell_metres,
        observed=np.arange(JANUARY, JANUARY + 9),
    )


def events(ground: Grid, rates: np.ndarray, number: int, seed: int) -> Events:
    """`number` crimes in cells drawn by `rates`, at centroids, months even."""
    rng = np.random.default_rng(seed)
    cell = rng.choice(len(rates), size=number, p=rates / rates.sum())
    month = JANUARY + rng.integers(0, 9, number)
    harm_days = np.full(number, 195.93)
    return Events(
        cell=cell,
        month=month,
        score_weight=simulated_weights(harm_days, month, 24.0, 0.25),
        x=ground.x[cell],
        y=ground.y[cell],
        is_at_institution=np.zeros(number, dtype=bool),
    )
