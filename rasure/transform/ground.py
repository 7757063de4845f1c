"""The ground under the models: every force that has landed needs its geography, and
anew when the tables of areas and institutions have changed since it was built; and one
whose records-management extract has landed needs the words of its mapping.

It is built here, before staging, and not by the landing, so that a landing stays one
transaction and a force is never without ground because a loader was killed.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from rasure import geography
from rasure.sources.niche_rms.written import write_landed_mappings


def ensure_ground(connection: psycopg.Connection, say: Callable[[str], None]) -> None:
    """Build the geography of each force in the landed files that lacks today's, and
    write the mappings of those that use one."""
    forces = connection.execute(
        "select distinct force from ops.delivery_files order by force"
    ).fetchall()
    for (force,) in forces:
        if not geography.is_built(connection, force):
            say(f"building the geography of {force}")
            geography.build(connection, force)
    write_landed_mappings(connection)
