"""The ground under the models: every force that has landed needs its geography.

It is built here, before staging, and not by the landing, so that a landing stays one
transaction and a force is never without ground because a loader was killed.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from rasure import geography


def ensure_ground(connection: psycopg.Connection, say: Callable[[str], None]) -> None:
    """Build the geography of each force in the landed files that has none yet."""
    forces = connection.execute(
        "select distinct force from ops.delivery_files order by force"
    ).fetchall()
    for (force,) in forces:
        if not geography.is_built(connection, force):
            say(f"building the geography of {force}, once")
            geography.build(connection, force)
