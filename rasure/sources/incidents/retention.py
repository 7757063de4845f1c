"""Which rows of tables of crimes no model needs any more.

The models read the newest version of each crime (`stg_incidents__crimes`). A delivery
of everything supersedes a version that landed before it, if it has one of the same
crime that is as new or newer. A reference that stands twice in a file stays: such
references are counted by file.
"""

from __future__ import annotations

from rasure.sources.superseding import superseded_files

# See `Source.superseded_files`.
SUPERSEDED_FILES = superseded_files(
    "incidents",
    newer="""
        select force, kind, max(load_id) as load_id
        from landed
        where delivery_kind = 'full' and landed_at < %(landed_before)s
        group by force, kind
    """,
    condition="landed.load_id < newer.load_id",
)
SUPERSEDED_ROWS = """
    with
    full_deliveries as (
        select distinct files.force, superseded_files.superseded_by as load_id
        from superseded_files
        inner join ops.delivery_files as files
            on superseded_files.file_id = files.file_id
    ),
    versions as (
        select
            rows.ctid as place,
            rows.file_id,
            rows.load_id,
            rows.reference,
            files.force,
            full_deliveries.load_id as full_load_id,
            coalesce(
                case
                    when length(rows.updated_at) = 10
                        then rows.updated_at::date::timestamp
                            at time zone mappings.clock
                    else rows.updated_at::timestamptz
                end,
                '-infinity'
            ) as updated_at
        from raw.incidents as rows
        inner join ops.delivery_files as files on rows.file_id = files.file_id
        inner join ops.incident_mappings as mappings on files.force = mappings.force
        inner join full_deliveries on files.force = full_deliveries.force
    ),
    known as (
        select
            versions.*,
            count(*) over (partition by file_id, reference) as rows_of_reference,
            max(updated_at) filter (where load_id = full_load_id)
                over (partition by force, reference) as in_full
        from versions
    )
    select place, file_id
    from known
    where load_id < full_load_id
        and updated_at <= in_full
        and rows_of_reference = 1
"""
