"""The patrol list: no institution on it, no truly hot cell beside one left off it."""

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
    """Institutions on a list in force, of any window; hot neighbours on none of all.

    Raises `PartMissing` where nothing is designated.
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
