"""Which rows of a records system's deliveries no model needs any more.

A full extract has every record of its entity. It supersedes a version that was
extracted before it and last modified before it, in two cases:

- the extract has a version of the record that is as new or newer;
- the extract lacks the record, and nothing that was extracted since has it: the force
  no longer has the record.

Every other version stays. A version that is newer than the one in the extract stays,
and so does the version before a row in quarantine. So a full refresh builds the same
tables from what is left.
"""

from __future__ import annotations

from rasure.sources.niche_rms.graph import records
from rasure.sources.superseding import superseded_files

LOCK = "ops.niche_tombstones"  # a landing holds it while it erases earlier rows

# The files that the newest full extract supersedes, of those that landed before the
# instant: each with the load of that extract.
SUPERSEDED_FILES = superseded_files(
    "niche_rms",
    newer="""
        select distinct on (force, kind) *
        from landed
        where delivery_kind = 'full' and landed_at < %(landed_before)s
        order by force, kind, extracted_at desc, load_id desc
    """,
    condition="landed.extracted_at < newer.extracted_at",
)


def superseded_rows() -> dict[str, str]:
    """For each raw table, the query of the rows to remove (see `Source`)."""
    by_table = {
        f"niche_{entity.name}": _superseded_versions(entity.name, entity.key)
        for entity in records()
    }
    return by_table | {"niche_choices": SUPERSEDED_CHOICES}


def settled_rows() -> dict[str, str]:
    """For each quarantine table, the query of the rows whose text may go (see
    `Source`)."""
    return {
        f"niche_{entity.name}": _settled_rows(entity.name, entity.key)
        for entity in records()
    }


# No record: each full extract has the whole list.
SUPERSEDED_CHOICES = """
    select rows.ctid as place, rows.file_id
    from raw.niche_choices as rows
    inner join superseded_files on rows.file_id = superseded_files.file_id
"""


def _superseded_versions(name: str, key: str) -> str:
    return f"""
        with
        full_extracts as (
            select distinct
                files.force, deliveries.load_id, deliveries.extracted_at
            from superseded_files
            inner join ops.delivery_files as files
                on superseded_files.file_id = files.file_id and files.kind = '{name}'
            inner join ops.deliveries as deliveries
                on superseded_files.superseded_by = deliveries.load_id
        ),
        versions as (
            select
                rows.ctid as place,
                rows.file_id,
                rows.load_id,
                rows.{key} as id,
                files.force,
                deliveries.extracted_at,
                full_extracts.load_id as full_load_id,
                full_extracts.extracted_at as full_at,
                to_timestamp(rows.modified_at, mappings.instant_template)
                at time zone 'UTC' at time zone mappings.clock as modified
            from raw.niche_{name} as rows
            inner join ops.delivery_files as files on rows.file_id = files.file_id
            inner join ops.deliveries as deliveries on rows.load_id = deliveries.load_id
            inner join ops.niche_mappings as mappings on files.force = mappings.force
            inner join full_extracts on files.force = full_extracts.force
        ),
        known as (
            select
                force,
                id,
                max(modified) filter (where load_id = full_load_id) as in_full,
                bool_or(extracted_at >= full_at) as is_since
            from versions
            group by force, id
        ),
        quarantined as (
            select files.force, ids.id, max(deliveries.extracted_at) as extracted_at
            from quarantine.niche_{name} as rows
            inner join ops.delivery_files as files on rows.file_id = files.file_id
            inner join ops.deliveries as deliveries on rows.load_id = deliveries.load_id
            cross join lateral
                ops.quarantined_ids(rows.record_id, rows.original) as ids
            group by files.force, ids.id
        )
        select versions.place, versions.file_id
        from versions
        inner join known on versions.force = known.force and versions.id = known.id
        left join quarantined
            on versions.force = quarantined.force and versions.id = quarantined.id
        where versions.extracted_at < versions.full_at
            and versions.modified < versions.full_at
            and (
                versions.modified <= known.in_full
                or (
                    not known.is_since
                    and coalesce(quarantined.extracted_at < versions.full_at, true)
                )
            )
    """


def _settled_rows(name: str, key: str) -> str:
    return f"""
        with
        named as (
            select
                rows.ctid as place,
                files.force,
                ids.id,
                deliveries.extracted_at,
                full_extracts.file_id is not null as is_in_full,
                rows.original <> '' and deliveries.landed_at < %(landed_before)s
                    as is_due
            from quarantine.niche_{name} as rows
            inner join ops.delivery_files as files on rows.file_id = files.file_id
            inner join ops.deliveries as deliveries on rows.load_id = deliveries.load_id
            left join ops.niche_full_extracts as full_extracts
                on rows.file_id = full_extracts.file_id
            left join lateral
                ops.quarantined_ids(rows.record_id, rows.original) as ids on true
        ),
        standing as (
            select
                files.force,
                rows.{key} as id,
                max(deliveries.extracted_at)
                    filter (where files.file not like '%%, restated') as given_at
            from raw.niche_{name} as rows
            inner join ops.delivery_files as files on rows.file_id = files.file_id
            inner join ops.deliveries as deliveries on rows.load_id = deliveries.load_id
            where rows.{key} in (select id from named where is_due)
            group by files.force, rows.{key}
        ),
        needed as (
            select distinct named.force, named.id
            from named
            inner join standing
                on named.force = standing.force and named.id = standing.id
            where named.is_in_full
                or named.extracted_at > coalesce(standing.given_at, '-infinity')
        )
        select named.place
        from named
        left join needed on named.force = needed.force and named.id = needed.id
        where named.is_due
        group by named.place
        having not bool_or(named.is_in_full or needed.id is not null)
    """
