"""The transform: staging, core and marts, built by dbt in the warehouse.

One process of dbt serves a whole transform: one process per model is twenty times
slower. What people need between dbt's calls is in `rasure.transform.steps`. What each
model did is kept in `ops.dbt_runs`. What is heavy is imported only when something runs.
"""

from __future__ import annotations

from rasure.transform.errors import TransformBusy, TransformFailed
from rasure.transform.layers import LAYERS, WHOLE
from rasure.transform.results import LayerResult, NodeResult

__all__ = [
    "LAYERS",
    "WHOLE",
    "LayerResult",
    "NodeResult",
    "TransformBusy",
    "TransformFailed",
    "grant_reader",
    "run_changes",
    "run_layer",
    "run_layers",
]


def run_layer(layer: str, full_refresh: bool = False, **options) -> LayerResult:
    """Build one layer with its tests; see `rasure.transform.running.run_layers`."""
    return run_layers((layer,), full_refresh, **options)[0]


def run_layers(layers=WHOLE, full_refresh: bool = False, **options) -> list:
    """Build layers in turn under one lock; see `rasure.transform.running`."""
    from rasure.transform.running import run_layers as run_now

    return run_now(layers, full_refresh, **options)


def run_changes(**options) -> list:
    """Transform what may have changed; see `rasure.transform.running`."""
    from rasure.transform.running import run_changes as run_now

    return run_now(**options)


def grant_reader(connection, **options) -> bool:
    """Let the readers read the marts; see `rasure.transform.access`."""
    from rasure.transform.access import grant_reader as grant_now

    return grant_now(connection, **options)
