"""Inbound sources, one package each, and the registry of what each gives.

The registry is `vars: sources:` in `dbt/dbt_project.yml`, one line for each source: dbt
needs it when it reads the project, and Python reads the same lines. `get` finds a
source's contract by its name.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection
from dataclasses import dataclass

import yaml

from rasure.errors import RasureError
from rasure.settings import CHECKOUT
from rasure.sources.contract import Source

REGISTRY = CHECKOUT / "dbt" / "dbt_project.yml"
INSTANTS = "instants"  # what a source may know of a time, and the tag of what needs it


class UnknownSource(RasureError):
    """No source of that name is known."""

    exit_code = 2


@dataclass(frozen=True)
class Registered:
    """A line of the registry.

    `name` is that of the source's folders and of its watched folder, `title` is for
    readers. `knows` is `instants` or `months`: what the source knows of when a crime
    happened. `gives` lists what it gives to core; dbt/models/core/contracts.yml has the
    columns of each.
    """

    name: str
    title: str
    knows: str
    gives: tuple[str, ...]


def _read_registry() -> tuple[Registered, ...]:
    lines = yaml.safe_load(REGISTRY.read_text())["vars"]["sources"]
    return tuple(
        Registered(**{**line, "gives": tuple(line["gives"])}) for line in lines
    )


SOURCES = _read_registry()  # in order of preference
NAMES = tuple(source.name for source in SOURCES)


def get(name: str) -> Source:
    """The contract of the source called `name`; raises `UnknownSource`."""
    if name not in NAMES:
        raise UnknownSource(
            f"There is no source called '{name}'. Known sources: {', '.join(NAMES)}."
        )
    return importlib.import_module(f"rasure.sources.{name}.contract").SOURCE


def unused_tags(landed: Collection[str]) -> list[str]:
    """The tags of the dbt models that have nothing to read.

    Args:
        landed: the names of the sources of which a delivery has landed.

    A model that reads one source has the source's name as its tag; one that reads
    crimes with instants has the tag `instants`.
    """
    tags = [source.name for source in SOURCES if source.name not in landed]
    if not any(s.knows == INSTANTS for s in SOURCES if s.name in landed):
        tags.append(INSTANTS)
    return sorted(tags)
