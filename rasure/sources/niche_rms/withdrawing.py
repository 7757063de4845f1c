"""What a delivery did to more than its own rows, when it is withdrawn."""

from __future__ import annotations

import psycopg

# Persons of whom no other delivery has a record.
ONLY_HERE = """
    select files.force, array_agg(distinct rows.person_id)
    from raw.niche_persons as rows
    inner join ops.delivery_files as files on rows.file_id = files.file_id
    where rows.load_id = %(load_id)s
        and not exists (
            select 1
            from raw.niche_persons as others
            inner join ops.delivery_files as their_files
                on others.file_id = their_files.file_id
            where others.person_id = rows.person_id
                and others.load_id <> %(load_id)s
                and their_files.force = files.force
        )
    group by files.force
"""


def obstacles(connection: psycopg.Connection, load_id: int) -> list[str]:
    """What cannot be undone, as parts of a sentence."""
    (deletions,) = connection.execute(
        "select count(*) from ops.niche_tombstones where load_id = %s", (load_id,)
    ).fetchone()
    if not deletions:
        return []
    return [f"it deleted {deletions:,} records, and what was erased does not come back"]


def forget(connection: psycopg.Connection, load_id: int) -> None:
    """Erase from linkage the persons that only this delivery has. What it deleted may
    land again, and the next pull reads again what this one read: both go with its rows.
    """
    connection.execute("select pg_advisory_xact_lock(hashtext('ops.niche_tombstones'))")
    rows = connection.execute(ONLY_HERE, {"load_id": load_id}).fetchall()
    for force, persons in rows:
        connection.execute("select linkage.erase_persons(%s, %s)", (force, persons))
