"""The 43 territorial police forces of England and Wales, and our tables of facts.

The British Transport Police and the Police Service of Northern Ireland publish in the
same layout but have no neighbourhood in the boundaries used here, so they are unknown.
"""

from __future__ import annotations

import csv
import hashlib
import json
from functools import cache
from importlib import resources

from rasure.geography.errors import UnknownForce


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one of this package's tables of facts, every value as text."""
    with (
        resources.files("rasure.geography")
        .joinpath(name)
        .open(encoding="utf-8", newline="") as lines
    ):
        return list(csv.DictReader(lines))


@cache
def known_forces() -> dict[str, str]:
    """Slug to name of every force: `{"thames-valley": "Thames Valley Police", …}`."""
    return {row["force"]: row["force_name"] for row in read_table("forces.csv")}


def force_name(force: str) -> str:
    """The name of a force by its slug; raises `UnknownForce` with the known slugs."""
    known = known_forces()
    if force not in known:
        raise UnknownForce(force, sorted(known))
    return known[force]


def shipped_areas(force: str) -> list[dict[str, str]]:
    """The rows of `<force>_areas.csv` in this folder; none without such a table."""
    table = f"{force.replace('-', '_')}_areas.csv"
    if not resources.files("rasure.geography").joinpath(table).is_file():
        return []
    return read_table(table)


def tables_version(force: str) -> str:
    """A digest of the rows of a force in all tables of facts.

    It is stored with a force that is built: once it differs, the geography is out of
    date.
    """
    tables = ("forces.csv", "districts_not_in_lookup.csv", "institutions.csv")
    own = [
        [row for row in read_table(table) if row["force"] == force] for table in tables
    ]
    content = json.dumps([*own, shipped_areas(force)])
    return hashlib.sha256(content.encode()).hexdigest()[:16]
