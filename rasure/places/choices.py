"""Which methods were chosen, as the warehouse keeps them.

Apart from the choosing itself, so that what only asks loads none of its mathematics.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import psycopg

from rasure.places.definition import Definition


def definition_id(definition: Definition) -> str:
    """A digest of the figures of a definition."""
    figures = json.dumps(asdict(definition), sort_keys=True)
    return hashlib.sha256(figures.encode()).hexdigest()[:16]


def was_chosen(connection: psycopg.Connection, force: str) -> bool:
    """True if a method was chosen for the force under any definition."""
    row = connection.execute(
        "select from places.method_choices where force = %s and patrol_window = 'all' "
        "limit 1",
        (force,),
    ).fetchone()
    return row is not None


def chosen_methods(connection: psycopg.Connection, definition: Definition) -> list[str]:
    """The method that is published of each force with a choice: `free thames-valley`.

    The choices are those under this definition.
    """
    rows = connection.execute(
        "select method || ' ' || force from places.method_choices "
        "where patrol_window = 'all' and definition_id = %s order by force",
        (definition_id(definition),),
    )
    return [method for (method,) in rows]
