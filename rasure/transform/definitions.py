"""Whether the definitions in the warehouse, and what it is built by, are those of the
checkout.

Forty small tables and their tests take as long as all of a delta's staging, and change
with a release, not with a delivery: they are loaded when they have changed. Rows that
another release's models made are not what this one's would be: then all is built anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

import psycopg

from rasure.places.definition import dbt_variables
from rasure.transform import inputs
from rasure.transform.dbt import PROJECT

STEP = "definitions"
MODELS = "models of {step}"
LOADED = "select exists (select from pg_tables where schemaname = 'reference')"


def version(landed: Collection[str]) -> str:
    """What the definitions are, for these sources: those of others are not loaded."""
    return _digest(" ".join(sorted(landed)), "seeds")


def models_version() -> str:
    """What the models are made by: their text, and a home's own figures."""
    figures = json.dumps(dbt_variables(), sort_keys=True)
    return _digest(figures, "models", "macros", "dbt_project.yml")


def _digest(start: str, *parts: str) -> str:
    content = hashlib.sha256(start.encode())
    for part in parts:
        path = PROJECT / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                content.update(file.read_bytes())
    return content.hexdigest()[:16]


def are_held(connection: psycopg.Connection, landed: Collection[str]) -> bool:
    """Whether the warehouse holds them as they are."""
    return _are_loaded(connection) and (
        inputs.known(connection, STEP) == version(landed)
    )


def were_others(connection: psycopg.Connection, step: str, version: str) -> bool:
    """Whether something is built, and of this step not by the models of `version`; the
    step `whole` stands for every other."""
    own, whole = (
        inputs.known(connection, MODELS.format(step=name)) for name in (step, "whole")
    )
    return _are_loaded(connection) and (own or whole) != version


def _are_loaded(connection: psycopg.Connection) -> bool:
    return connection.execute(LOADED).fetchone()[0]


def keep_models(connection: psycopg.Connection, step: str, version: str) -> None:
    """Remember that all of a step is built by the models of `version`."""
    inputs.keep(connection, MODELS.format(step=step), version)


def forget_models(connection: psycopg.Connection, step: str) -> None:
    """Remember that a step is being built anew: until it is, by no version's models."""
    keep_models(connection, step, "in the making")


def keep(connection: psycopg.Connection, landed: Collection[str]) -> None:
    """Remember that they have been loaded and have passed their tests."""
    inputs.keep(connection, STEP, version(landed))
