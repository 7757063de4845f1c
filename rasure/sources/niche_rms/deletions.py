"""Apply deletions: to the rows that landed before, and to rows that land later.

This happens in the transaction of the landing. What a delivery says is deleted is
erased from raw and quarantine, with all records that hang on it. Pointers to it are
emptied. A person is erased from linkage and from what is kept on people. A tombstone
(a hash, never the id) is left, so that a row of the record that arrives late, and was
last modified at or before the deletion, does not come back.

A record that hangs on a deleted one is erased whole if its newest version hangs on it.
A record that has since been given to another parent loses only the versions that named
the deleted one. A record that only points to a deleted one keeps all but the pointer
(`pointers.py`).
"""

from __future__ import annotations

import psycopg

from rasure.sources.niche_rms import erasing
from rasure.sources.niche_rms.graph import parents_first, records, references
from rasure.sources.niche_rms.mapping import Mapping
from rasure.sources.niche_rms.mapping_tables import template
from rasure.sources.niche_rms.pointers import empty_pointer


def settle(mapping: Mapping, connection: psycopg.Connection, load_id: int) -> None:
    """Apply the load's deletions to all rows, and earlier deletions to the load's rows.

    Landings take turns from here until they commit, so that none misses another's
    deletion.
    """
    connection.execute("select pg_advisory_xact_lock(hashtext('ops.niche_tombstones'))")
    words = {
        "force": mapping.force,
        "load": load_id,
        "instant": template(mapping.format.instant),
        "clock": mapping.format.clock,
    }
    connection.execute(GONE)
    _move_deletions(connection, mapping, words)
    _add_earlier_deletions(connection, words)
    gone = {
        entity
        for (entity,) in connection.execute("select distinct entity from niche_gone")
    }
    for name in parents_first():
        hangs_on = {r.parent for r in references(name) if r.hangs}
        if gone & {name, *hangs_on} and erasing.erase(connection, name, words):
            gone.add(name)
    for entity in records():
        named = {r.parent for r in references(entity.name)}
        if gone & {entity.name, *named}:
            erasing.erase_quarantined(connection, entity.name, words)
        for reference in references(entity.name):
            if not reference.hangs and reference.parent in gone:
                empty_pointer(connection, mapping, entity, reference, words)
    connection.execute(TOMBSTONES, words)
    connection.execute(
        "select linkage.erase_persons(%(force)s, %(persons)s)",
        {**words, "persons": erasing.erased_persons(connection, words)},
    )
    connection.execute("drop table niche_gone")


def _move_deletions(connection, mapping: Mapping, words: dict) -> None:
    """Move the load's deletions from raw to `niche_gone`."""
    if "deletions" not in mapping.entities:
        return
    connection.execute(
        "insert into niche_gone"
        " select files.entity, deletions.record_id,"
        f" max({erasing.moment('deletions.deleted_at')}), true"
        " from raw.niche_deletions as deletions"
        " inner join unnest(%(files)s::text[], %(entities)s::text[])"
        " as files (file, entity) on files.file = deletions.entity"
        " where load_id = %(load)s group by 1, 2",
        {
            **words,
            "files": list(mapping.by_file),
            "entities": [entity.name for entity in mapping.by_file.values()],
        },
    )
    connection.execute(
        "with erased as (delete from raw.niche_deletions where load_id = %(load)s"
        f" returning file_id) {erasing.COUNT}",
        words,
    )


def _add_earlier_deletions(connection, words: dict) -> None:
    """Add to `niche_gone` the records deleted before that the load's rows belong to or
    name."""
    if not connection.execute(
        "select 1 from ops.niche_tombstones where force = %(force)s limit 1", words
    ).fetchone():
        return
    landed = connection.execute(
        "select kind from ops.delivery_files"
        " where load_id = %(load)s and rows_landed > 0",
        words,
    ).fetchall()
    keys = {entity.name: entity.key for entity in records()}
    for name in sorted({kind for (kind,) in landed} & keys.keys()):
        named = {r.column: r.parent for r in references(name)}
        for column, entity in {keys[name]: name, **named}.items():
            connection.execute(
                "insert into niche_gone"
                f" select distinct '{entity}', landed.{column}, tombstones.deleted_at,"
                " not tombstones.is_inherited"
                f" from raw.niche_{name} as landed"
                " inner join ops.niche_tombstones as tombstones"
                " on tombstones.force = %(force)s"
                f" and tombstones.entity = '{entity}'"
                " and tombstones.id_hash ="
                f" ops.niche_hash(%(force)s, '{entity}', landed.{column})"
                " where landed.load_id = %(load)s"
                f" {erasing.LATEST}",
                words,
            )


GONE = """
    create temporary table niche_gone (
        entity      text,
        id          text,
        deleted_at  timestamptz,
        is_explicit boolean,
        primary key (entity, id)
    ) on commit drop
"""
TOMBSTONES = """
    insert into ops.niche_tombstones as standing
    select
        %(force)s, entity, ops.niche_hash(%(force)s, entity, id), deleted_at, %(load)s,
        not is_explicit
    from niche_gone
    on conflict (force, entity, id_hash) do update set
        deleted_at = greatest(standing.deleted_at, excluded.deleted_at),
        is_inherited = standing.is_inherited and excluded.is_inherited,
        load_id = excluded.load_id
    where excluded.deleted_at > standing.deleted_at
        or (standing.is_inherited and not excluded.is_inherited)
"""
