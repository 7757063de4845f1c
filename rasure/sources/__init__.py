"""Inbound sources, one package each. `get` finds a source's contract by its name."""

from __future__ import annotations

import importlib

from rasure.errors import RasureError
from rasure.sources.contract import Source

NAMES = ("police_uk", "niche_rms")


class UnknownSource(RasureError):
    """No source of that name is known."""

    exit_code = 2


def get(name: str) -> Source:
    """The contract of the source called `name`; raises `UnknownSource`."""
    if name not in NAMES:
        raise UnknownSource(
            f"There is no source called '{name}'. Known sources: {', '.join(NAMES)}."
        )
    return importlib.import_module(f"rasure.sources.{name}.contract").SOURCE
