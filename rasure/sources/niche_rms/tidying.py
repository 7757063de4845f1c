"""After a landing: update indexes and statistics, so that the next reader is fast."""

from __future__ import annotations

import psycopg

MANY = 10_000  # rows; as many need new statistics at once


def tidy(connection: psycopg.Connection, load_id: int) -> None:
    """Summarise the new rows in the index of each table of the load.

    Without it, a query for a load or a record reads all rows since the last summary.
    A table with many new rows is analysed too.
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
