"""What the metrics would be if nothing but chance were at work.

Two nulls, simulated with the whole procedure (choose on thrown training events, score
on thrown test events), each event keeping its month and weight:

* random locations: every event falls anywhere in the force, by area;
* constant rates: every cell keeps one rate for good, so that what changes from period
  to period is Poisson noise. The rates are the posterior means of a Gamma-Poisson model
  (empirical Bayes by moments, Clayton and Kaldor 1987) of training and test together.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from rasure.places import metrics
from rasure.places.definition import Definition
from rasure.places.methods import METHODS, Training, choose
from rasure.places.persistence import gamma_poisson_prior
from rasure.places.selection import highest


def gamma_poisson_rates(counts: np.ndarray) -> np.ndarray:
    """Posterior mean event count of each cell, (alpha + n) / (beta + 1).

    alpha and beta are those of `gamma_poisson_prior` over all cells; where it has none
    every cell has the mean.
    """
    prior = gamma_poisson_prior(counts, len(counts))
    if prior is None:
        return np.full(len(counts), counts.mean())
    alpha, beta = prior
    return (alpha + counts) / (beta + 1.0)


def throw(rates: np.ndarray, events: int, rng: np.random.Generator) -> np.ndarray:
    """The cell of each of `events` events, drawn in proportion to `rates`."""
    cumulative = np.cumsum(rates)
    cumulative /= cumulative[-1]
    return np.searchsorted(cumulative, np.sort(rng.random(events)), side="right")


def simulate(
    training: Training,
    rates: np.ndarray,
    test_events: int,
    definition: Definition,
    cells: int,
    area_share: float,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, dict[str, np.ndarray]]:
    """The metrics of every method in `draws` simulated histories: method -> metric.

    `training` gives the months, weights and ground; its kernel must be between the cell
    centroids, because a thrown event lies at one.
    """
    found = {name: [] for name in METHODS}
    for _ in range(draws):
        order = rng.permutation(len(training.cell))
        cell = throw(rates, len(training.cell), rng)
        history = dataclasses.replace(
            training,
            cell=cell,
            point=cell,
            month=training.month[order],
            score_weight=training.score_weight[order],
        )
        before = np.bincount(cell, minlength=training.cells)
        after = np.bincount(throw(rates, test_events, rng), minlength=training.cells)
        fullest = highest(after, cells)
        for name, chosen in choose(history, definition, cells).items():
            found[name].append(
                metrics.of_places(chosen, before, after, fullest, area_share)
            )
    return {
        name: {metric: np.array([row[metric] for row in rows]) for metric in rows[0]}
        for name, rows in found.items()
    }
