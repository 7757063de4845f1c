"""After a landing: what makes the next reader of the raw tables quick."""

from __future__ import annotations

import psycopg

MANY = 10_000  # rows; from there on the planner should know of them at once


def tidy(connection: psycopg.Connection, load_id: int) -> None:
    """Bring the index of each table of the load up to its end, so that a load or a
    record is found without reading what has come since; tell the planner of many rows.
    """
    landed = connection.execute(
        "select kind, rows_landed from ops.delivery_files"
        " where load_id = %s and rows_landed > 0 order by file_id",
        (load_id,),
    ).fetchall()
    for kind, rows in landed:
        connection.execute(
            f"select brin_summarize_new_values('raw.niche_{kind}_places')"
        )
        if rows >= MANY:
            connection.execute(f"analyze raw.niche_{kind}")
