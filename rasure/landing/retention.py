"""What landing has stored and nobody needs any more: texts in quarantine, superseded
rows of raw, old verdicts of the gate.

Nothing that protects somebody goes. A row in quarantine loses its text only when no
model reads it any more, and stays in the count of what was set aside. A row of raw goes
only if a full refresh builds the same without it. Deliveries, tombstones, merges and
decisions are kept for ever.
"""

from __future__ import annotations

from datetime import datetime

import psycopg
from psycopg import sql

from rasure.sources import NAMES, get
from rasure.sources.contract import Source

QUARANTINE = """
    select table_name from information_schema.tables
    where table_schema = 'quarantine' and table_type = 'BASE TABLE'
    order by 1
"""
DUE_ROWS = """
    select rows.ctid as place
    from {table} as rows
    inner join ops.deliveries as deliveries on rows.load_id = deliveries.load_id
    where rows.original <> '' and deliveries.landed_at < %(landed_before)s
"""


def empty_texts(
    connection: psycopg.Connection, landed_before: datetime
) -> tuple[int, int]:
    """Empty the texts of rows in quarantine that landed before an instant.

    Returns how many were emptied, and how many stay because a model needs them.
    `connection` is in autocommit mode, as for the other functions here.
    """
    settled = {
        table: query
        for name in NAMES
        for table, query in get(name).settled_rows.items()
    }
    words = {"landed_before": landed_before}
    emptied = needed = 0
    for (table,) in connection.execute(QUARANTINE).fetchall():
        name = sql.Identifier("quarantine", table)
        due = sql.SQL(DUE_ROWS).format(table=name)
        (count,) = connection.execute(
            sql.SQL("select count(*) from ({}) as due").format(due), words
        ).fetchone()
        if not count:
            continue
        query = sql.SQL(settled[table]) if table in settled else due
        updated = connection.execute(
            sql.SQL(
                "update {table} as rows set original = '' from ({query}) as settled"
                " where rows.ctid = settled.place"
            ).format(table=name, query=query),
            words,
        ).rowcount
        emptied += updated
        needed += count - updated
    return emptied, needed


# Files that have rows left and were not yet held against what supersedes them.
SUPERSEDED_FILES = """
    create temporary table superseded_files on commit drop as
    select candidates.file_id, candidates.superseded_by
    from ({query}) as candidates
    inner join ops.delivery_files as files on candidates.file_id = files.file_id
    where files.rows_landed + files.rows_quarantined
        > files.rows_erased + files.rows_superseded
        and files.superseded_by is distinct from candidates.superseded_by
"""
REMOVE_ROWS = """
    with
    superseded as materialized ({query}),
    removed as (
        delete from {table} as rows using superseded
        where rows.ctid = superseded.place
        returning rows.file_id
    ),
    counted as (select file_id, count(*) as rows from removed group by file_id)
    update ops.delivery_files as files
    set rows_superseded = files.rows_superseded + counted.rows
    from counted
    where files.file_id = counted.file_id
    returning counted.rows
"""


def remove_superseded_rows(
    connection: psycopg.Connection, landed_before: datetime
) -> int:
    """Remove from raw the rows that deliveries before an instant superseded.

    Returns how many. Each source is a transaction of its own.
    """
    return sum(
        _remove_of_source(connection, get(name), landed_before) for name in NAMES
    )


def _remove_of_source(
    connection: psycopg.Connection, source: Source, landed_before: datetime
) -> int:
    if source.superseded_files is None:
        return 0
    removed = 0
    with connection.transaction():
        # Withdrawals and other runs of this wait; landings do not.
        connection.execute("lock ops.deliveries in share update exclusive mode")
        if source.lock:
            connection.execute(
                "select pg_advisory_xact_lock(hashtext(%s))", (source.lock,)
            )
        connection.execute(
            sql.SQL(SUPERSEDED_FILES).format(query=sql.SQL(source.superseded_files)),
            {"landed_before": landed_before},
        )
        if not connection.execute("select 1 from superseded_files limit 1").fetchone():
            connection.execute("drop table superseded_files")
            return 0
        connection.execute("analyze superseded_files")
        for table, query in source.superseded_rows.items():
            counts = connection.execute(
                sql.SQL(REMOVE_ROWS).format(
                    table=sql.Identifier("raw", table), query=sql.SQL(query)
                )
            ).fetchall()
            removed += sum(rows for (rows,) in counts)
        connection.execute(
            "update ops.delivery_files as files"
            " set superseded_by = superseded_files.superseded_by"
            " from superseded_files where files.file_id = superseded_files.file_id"
        )
        connection.execute("drop table superseded_files")
    return removed


def remove_verdicts(connection: psycopg.Connection, before: datetime) -> int:
    """Remove the verdicts of the gate on what was well; those on faults stay.

    Returns how many.
    """
    return connection.execute(
        "delete from ops.gate_results where success and checked_at < %s", (before,)
    ).rowcount


def remove_empty_files(connection: psycopg.Connection, before: datetime) -> int:
    """Remove the entries of files without a row, of deltas that a later delivery of the
    same kind of file follows; returns how many.

    The entries of published files stay: a month without a row is a fact.
    """
    return connection.execute(
        """
        with newest as (
            select
                deliveries.source, files.force, files.kind,
                max(deliveries.extracted_at) as extracted_at
            from ops.delivery_files as files
            inner join ops.deliveries as deliveries
                on files.load_id = deliveries.load_id
            where deliveries.state = 'landed'
            group by deliveries.source, files.force, files.kind
        )

        delete from ops.delivery_files as files
        using ops.deliveries as deliveries, newest
        where files.load_id = deliveries.load_id
            and deliveries.kind = 'delta'
            and deliveries.state = 'landed'
            and deliveries.landed_at < %s
            and files.rows_read = 0
            and files.month is null
            and newest.source = deliveries.source
            and newest.force = files.force
            and newest.kind = files.kind
            and newest.extracted_at > deliveries.extracted_at
        """,
        (before,),
    ).rowcount
