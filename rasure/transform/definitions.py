"""Whether the definitions in the warehouse, and what it is built by, are those of the
checkout.

Forty small tables and their tests take as long as all of a delta's staging, and change
with a release, not with a delivery: they are loaded when they have changed. Rows that
another release's models made are not what this one's would be: then all is built anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import psycopg

from rasure.transform import inputs
from rasure.transform.dbt import PROJECT

STEP = "definitions"
MODELS = "models"
LOADED = "select exists (select from pg_tables where schemaname = 'reference')"


def version(landed: Collection[str]) -> str:
    """What the definitions are, for these sources: those of others are not loaded."""
    return _digest(" ".join(sorted(landed)), "seeds")


def models_version() -> str:
    """What the models are made by."""
    return _digest("", "models", "macros")


def _digest(start: str, *folders: str) -> str:
    content = hashlib.sha256(start.encode())
    for folder in folders:
        for file in sorted((PROJECT / folder).rglob("*")):
            if file.is_file():
                content.update(file.read_bytes())
    return content.hexdigest()[:16]


def are_held(connection: psycopg.Connection, landed: Collection[str]) -> bool:
    """Whether the warehouse holds them as they are."""
    is_loaded = connection.execute(LOADED).fetchone()[0]
    return is_loaded and inputs.known(connection, STEP) == version(landed)


def are_models_held(connection: psycopg.Connection) -> bool:
    """Whether all of the warehouse was built by the models of the checkout."""
    return inputs.known(connection, MODELS) == models_version()


def keep_models(connection: psycopg.Connection, version: str) -> None:
    """Remember that all of the warehouse is built by the models of this version."""
    inputs.keep(connection, MODELS, version)


def keep(connection: psycopg.Connection, landed: Collection[str]) -> None:
    """Remember that they have been loaded and have passed their tests."""
    inputs.keep(connection, STEP, version(landed))
