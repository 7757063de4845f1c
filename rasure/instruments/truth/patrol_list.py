"""The patrol list: it has no institution, and no hot neighbour of one is missing."""

from __future__ import annotations

import psycopg

from rasure.instruments.truth.errors import PartMissing
from rasure.instruments.truth.planted import Truth

DESIGNATED = """
    select
        designations.patrol_window,
        hexagons.hexagon_id
    from places.designations
    inner join places.designated_hexagons as hexagons using (designation_id)
    where designations.force = %s
        and designations.valid_to is null
"""


def patrol_list(connection: psycopg.Connection, truth: Truth) -> dict[str, int]:
    """Count institutions on a current list, and hot neighbours that are missing.

    An institution may be on the list of no patrol window; a hot neighbour must be on
    the list of the window `all`. Raises `PartMissing` if nothing is designated.
    """
    rows = connection.execute(DESIGNATED, (truth.force,)).fetchall()
    if not rows:
        raise PartMissing(
            f"No hot places of {truth.force} are designated. Run `rasure places "
            f"designate {truth.force}` first."
        )
    listed = {hexagon_id for _, hexagon_id in rows}
    always = {hexagon_id for window, hexagon_id in rows if window == "all"}
    institutions = truth.rows("institutions")
    neighbours = {row["valid_neighbour_hexagon_id"] for row in institutions} - {None}
    return {
        "institutions_in_patrol_list": sum(
            row["hexagon_id"] in listed for row in institutions
        ),
        "valid_neighbours_lost": len(neighbours - always),
    }
