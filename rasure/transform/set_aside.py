"""What a transform says at its end about what was set aside: rows, fields and files.

The mart `quarantine_summary` has each reason; these lines sum it up for whoever runs
the transform, and name the files that landed and cannot be used.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

LISTED = 20  # unusable files that are named
TOTALS = """
    select
        coalesce(sum(rows) filter (where set_aside = 'row'), 0)::bigint,
        coalesce(sum(rows) filter (where set_aside = 'field'), 0)::bigint,
        count(*) filter (where set_aside = 'file')
    from {mart}
"""
UNUSABLE = """
    select files.file, given.why_unused
    from core.all_files as given
    inner join ops.delivery_files as files on given.file_id = files.file_id
    where given.why_unused is not null
    order by files.force, files.file
    limit %s
"""


def what_was_set_aside(connection: psycopg.Connection, schema: str) -> list[str]:
    """The lines to say; none if nothing was set aside.

    `schema` is that of the marts.
    """
    mart = sql.Identifier(schema, "quarantine_summary")
    rows, fields, files = connection.execute(
        sql.SQL(TOTALS).format(mart=mart)
    ).fetchone()
    if not (rows or fields or files):
        return []
    lines = [
        f"set aside: {rows:,} faults of rows in quarantine, {fields:,} fields "
        f"emptied, {files:,} files. The Data quality page lists the reasons."
    ]
    for file, reason in connection.execute(UNUSABLE, (LISTED,)):
        lines.append(f"set aside: {file} is not used. {reason}.")
    return lines
