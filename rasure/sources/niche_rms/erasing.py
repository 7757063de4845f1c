"""The statements that erase versions of a record, and its rows in quarantine.

`pg_temp.niche_gone` holds the ids of the deleted records that matter to this load:
those that it deletes, those deleted before that its rows belong to or name, and, marked
as not explicit, those that were erased because they hung on one of these.
"""

from __future__ import annotations

import psycopg

from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.graph import references

FILES = "(select file_id from ops.delivery_files where force = %(force)s)"


def moment(column: str) -> str:
    """SQL for the instant that a text column of the force's wall-clock time means."""
    return (
        f"((to_timestamp({column}, %(instant)s) at time zone 'UTC')"
        " at time zone %(clock)s)"
    )


MODIFIED = moment("versions.modified_at")
NEWEST = "modified desc, deliveries.extracted_at desc, load_id desc, row_number desc"
COUNT = """
    update ops.delivery_files as files
    set rows_erased = files.rows_erased + counted.number
    from (select file_id, count(*) as number from erased group by file_id) as counted
    where files.file_id = counted.file_id
"""
LATEST = """
    on conflict (entity, id) do update set
        deleted_at = greatest(niche_gone.deleted_at, excluded.deleted_at),
        is_explicit = niche_gone.is_explicit or excluded.is_explicit
"""


def erase(connection: psycopg.Connection, name: str, words: dict) -> bool:
    """Erase from raw the records of an entity that are deleted, or hang on one that is.

    Returns True if any record of the entity is gone.
    """
    key = ENTITIES[name].key
    hangs_on = [reference for reference in references(name) if reference.hangs]
    named = [(key, name), *((r.column, r.parent) for r in hangs_on)]
    touched = " or ".join(f"{column} = any(%({entity})s)" for column, entity in named)
    ids = {entity: gone_ids(connection, entity) for _, entity in named}
    ids_touched = connection.execute(
        f"select distinct {key} from raw.niche_{name}"
        f" where ({touched}) and file_id in {FILES}",
        {**words, **ids},
    ).fetchall()
    if not ids_touched:
        return bool(ids[name])
    joins = "".join(
        f" left join niche_gone as parent_{place}"
        f" on parent_{place}.entity = '{reference.parent}'"
        f" and parent_{place}.id = versions.{reference.column}"
        for place, reference in enumerate(hangs_on)
    )
    inherited = ", ".join(
        f"parent_{place}.deleted_at" for place in range(len(hangs_on))
    )
    inherited = f"greatest({inherited})" if hangs_on else "null::timestamptz"
    connection.execute(
        f"""
        create temporary table niche_versions on commit drop as
        with
        versions as materialized (
            select ctid as place, * from raw.niche_{name}
            where {key} = any(%(ids_touched)s) and file_id in {FILES}
        ),
        judged as (
            select
                place, {key} as id, load_id, row_number, {MODIFIED} as modified,
                own.deleted_at as own_at, {inherited} as inherited_at
            from versions
            left join niche_gone as own
                on own.entity = '{name}' and own.id = versions.{key} and own.is_explicit
            {joins}
        )
        select
            judged.*,
            coalesce(modified <= greatest(own_at, inherited_at), false) as is_hit,
            first_value(coalesce(modified <= greatest(own_at, inherited_at), false))
                over (partition by id order by {NEWEST}) as is_dead
        from judged inner join ops.deliveries using (load_id)
        """,
        {**words, "ids_touched": [one for (one,) in ids_touched]},
    )
    connection.execute(
        "insert into niche_gone"
        f" select '{name}', id, max(inherited_at), false from niche_versions"
        " where is_dead and own_at is null group by id"
        f" {LATEST}"
    )
    connection.execute(
        f"""
        with erased as (
            delete from raw.niche_{name} where ctid = any(array(
                select place from niche_versions where is_hit or is_dead
            )) returning file_id, {key} as id
        ),
        kept as (
            insert into ops.changed_keys (kind, force, id)
            select distinct 'erased {name}', %(force)s, id from erased
        ) {COUNT}
        """,
        words,
    )
    _revive(connection, name, words)
    connection.execute("drop table niche_versions")
    return bool(gone_ids(connection, name))


def gone_ids(connection: psycopg.Connection, name: str) -> list[str]:
    """The ids of the records of an entity that are gone."""
    return connection.execute(
        "select coalesce(array_agg(id), '{}') from niche_gone where entity = %s",
        (name,),
    ).fetchone()[0]


def erased_persons(connection: psycopg.Connection, words: dict) -> list[str]:
    """The ids of the deleted persons of whom raw holds no version."""
    return connection.execute(
        f"""
        select coalesce(array_agg(id), '{{}}')
        from (
            select unnest(%(gone)s::text[]) as id
            except
            select person_id from raw.niche_persons
            where person_id = any(%(gone)s) and file_id in {FILES}
        ) as erased
        """,
        {**words, "gone": gone_ids(connection, "persons")},
    ).fetchone()[0]


def _revive(connection: psycopg.Connection, name: str, words: dict) -> None:
    """Take back that a record was erased with its parent, if a version of it that came
    with this load names another parent."""
    connection.execute(
        f"""
        with
        living as (
            select distinct id from niche_versions
            where load_id = %(load)s and not is_hit and not is_dead
        ),
        revived as (
            delete from niche_gone using living
            where entity = '{name}' and not is_explicit and niche_gone.id = living.id
            returning living.id
        )
        delete from ops.niche_tombstones using revived
        where force = %(force)s and entity = '{name}' and is_inherited
            and id_hash = ops.niche_hash(%(force)s, '{name}', revived.id)
        """,
        words,
    )


def erase_quarantined(connection: psycopg.Connection, name: str, words: dict) -> None:
    """Erase quarantined rows that hold the id of a record that is gone, anywhere in the
    row: its fields may not be readable. A row that has lost its text still has its own
    id."""
    named = [name, *(reference.parent for reference in references(name))]
    connection.execute(
        f"""
        with erased as (
            delete from quarantine.niche_{name} as rows
            where file_id in {FILES} and exists (
                select 1
                from regexp_split_to_table(
                    concat_ws(' ', rows.record_id, rows.original), '[^0-9]+'
                ) as word (id)
                inner join niche_gone on niche_gone.id = word.id
                where niche_gone.entity = any(%(named)s)
            ) returning file_id
        ) {COUNT}
        """,
        {**words, "named": named},
    )
