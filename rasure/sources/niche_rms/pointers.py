"""Empty the pointers to deleted records in every version, and restate the newest.

A row that may name a deleted record but need not (the person of a stop-search) stays,
without the name. A reader of new deliveries alone would not see that. So a delta that
brings the deletion also restates the newest version of such rows, as rows of a file of
its own (`<File>.csv, restated`). A full extract restates nothing: all of it is read.
"""

from __future__ import annotations

import psycopg

from rasure.sources.niche_rms.entities import Entity
from rasure.sources.niche_rms.erasing import FILES, MODIFIED, NEWEST, gone_ids
from rasure.sources.niche_rms.graph import Reference
from rasure.sources.niche_rms.mapping import Mapping


def empty_pointer(
    connection: psycopg.Connection,
    mapping: Mapping,
    entity: Entity,
    reference: Reference,
    words: dict,
) -> None:
    """Empty a pointer to what is gone in every version of a row, and restate it."""
    table, column = f"raw.niche_{entity.name}", reference.column
    emptied = connection.execute(
        f"""
        update {table} as versions set {column} = null
        from niche_gone
        where niche_gone.entity = '{reference.parent}'
            and niche_gone.id = versions.{column}
            and versions.{column} = any(%(gone)s)
            and {MODIFIED} <= niche_gone.deleted_at
            and versions.file_id in {FILES}
        returning versions.ctid::text, versions.{entity.key}
        """,
        {**words, "gone": gone_ids(connection, reference.parent)},
    ).fetchall()
    (kind,) = connection.execute(
        "select kind from ops.deliveries where load_id = %(load)s", words
    ).fetchone()
    if emptied and kind == "delta":
        file = f"{mapping.entities[entity.name].file}.csv, restated"
        _restate(connection, entity, emptied, {**words, "file": file})


def _restate(
    connection: psycopg.Connection,
    entity: Entity,
    emptied: list[tuple[str, str]],
    words: dict,
) -> None:
    """Copy the newest versions that are among the `emptied` (place, id) into this load,
    unless they came with it anyway."""
    table = f"raw.niche_{entity.name}"
    newest = connection.execute(
        f"""
        select place::text
        from (
            select distinct on (versions.{entity.key})
                versions.*, versions.ctid as place, {MODIFIED} as modified
            from {table} as versions
            inner join ops.deliveries using (load_id)
            where versions.{entity.key} = any(%(ids)s)
                and versions.file_id in {FILES}
            order by versions.{entity.key}, {NEWEST}
        ) as newest
        where load_id <> %(load)s and place = any(%(places)s::tid[])
        """,
        {
            **words,
            "places": [place for place, _ in emptied],
            "ids": list({key for _, key in emptied}),
        },
    ).fetchall()
    if not newest:
        return
    names = [field.name for field in entity.fields]
    columns = ", ".join([*names, "emptied_fields"])
    connection.execute(
        f"""
        with file as (
            insert into ops.delivery_files as files (
                load_id, file, kind, force, sha256, bytes, encoding,
                rows_read, rows_landed, rows_quarantined
            )
            values (
                %(load)s, %(file)s, '{entity.name}', %(force)s, '', 0, 'utf-8',
                %(number)s, %(number)s, 0
            )
            on conflict (load_id, file) do update set
                rows_read = files.rows_read + excluded.rows_read,
                rows_landed = files.rows_landed + excluded.rows_landed
            returning file_id, rows_landed - %(number)s as before
        )
        insert into {table} (load_id, file_id, row_number, {columns})
        select
            %(load)s, file.file_id, file.before + row_number() over (), {columns}
        from {table} as versions, file
        where versions.ctid = any(%(places)s::tid[])
        """,
        {
            **words,
            "number": len(newest),
            "places": [place for (place,) in newest],
        },
    )
