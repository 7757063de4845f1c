-- How new the files of each force and kind are, and what became of their rows. Whether
-- they are late is for the reader to ask, as in `force_freshness`. Where a source says
-- which files count (contract `files`), these are counted; else every landed one.
with

landed as (
    select
        files.*,
        deliveries.source,
        deliveries.extracted_at,
        deliveries.landed_at,
        coalesce(
            {{ end_of_month('files.month') }},
            max(deliveries.extracted_at)
                over (partition by files.force, deliveries.source),
            deliveries.landed_at
        ) as as_at
    from {{ source('ops', 'delivery_files') }} as files
    inner join {{ source('ops', 'deliveries') }} as deliveries
        on files.load_id = deliveries.load_id
    where deliveries.state = 'landed'
),

given_files as (
    select * from {{ ref('all_files') }}
),

files as (
    select
        landed.*,
        given_files.ids_doubled,
        given_files.rows_resolved
    from landed
    left join given_files on landed.file_id = given_files.file_id
    where given_files.why_unused is null
        and (
            given_files.file_id is not null
            or not {{ gives('files', 'landed') }}
        )
),

final as (
    select
        files.force,
        forces.force_name,
        files.source,
        sources.source_title,
        files.kind as file_kind,
        forces.clock,
        count(*)::integer as files,
        sum(files.rows_read)::bigint as rows_read,
        sum(files.rows_landed)::bigint as rows_landed,
        sum(files.rows_quarantined)::bigint as rows_quarantined,
        coalesce(sum(files.ids_doubled), 0)::integer as ids_doubled,
        coalesce(sum(files.rows_resolved), 0)::integer as rows_resolved,
        (
            max(files.as_at - interval '1 second')
            at time zone forces.clock
        )::date as data_as_at,
        max(files.as_at) as as_at,
        max(make_interval(mins => sources.late_after_minutes)) as late_after,
        {{ local_time('max(files.landed_at)', 'forces.clock') }} as last_landed_at
    from files
    inner join {{ ref('dim_source') }} as sources on files.source = sources.source
    inner join {{ ref('dim_force') }} as forces on files.force = forces.force
    group by
        files.force,
        forces.force_name,
        files.source,
        sources.source_title,
        files.kind,
        forces.clock
)

select * from final
