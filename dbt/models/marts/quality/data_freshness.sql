-- How new the files of each force and kind are, and what became of their rows. Whether
-- they are late is for the reader to ask, as in `force_freshness`. Of published crime
-- these are the current files, of records those since the newest full extract; a later
-- extract without a file of a kind says that nothing of it has changed.
with

rules as (
    select * from {{ latest_definition(ref('freshness_rules')) }} as held
),

landed as (
    select
        files.*,
        deliveries.source,
        deliveries.extracted_at,
        deliveries.landed_at,
        coalesce(
            {{ end_of_month('files.month') }},
            max(deliveries.extracted_at)
                over (partition by files.force, deliveries.source)
        ) as as_at
    from {{ source('ops', 'delivery_files') }} as files
    inner join {{ source('ops', 'deliveries') }} as deliveries
        on files.load_id = deliveries.load_id
    where deliveries.state = 'landed'
),

resolved as (
    select
        file_id,
        count(*) filter (where rows_published > 1) as ids_doubled,
        sum(rows_published - 1) as rows_resolved
    from {{ ref('int_police_uk_crimes') }}
    group by file_id
),

files as (
    select landed.*
    from landed
    left join {{ ref('stg_police_uk__files') }} as newest
        on landed.file_id = newest.file_id
    left join {{ source('niche_ops', 'niche_full_extracts') }} as extracts
        on landed.force = extracts.force
        and landed.kind = extracts.entity
    where newest.file_id is not null
        or (
            landed.source = 'niche_rms'
            and landed.extracted_at >= coalesce(extracts.extracted_at, '-infinity')
        )
),

final as (
    select
        files.force,
        forces.force_name,
        files.source,
        files.kind as file_kind,
        count(*)::integer as files,
        sum(files.rows_read)::bigint as rows_read,
        sum(files.rows_landed)::bigint as rows_landed,
        sum(files.rows_quarantined)::bigint as rows_quarantined,
        coalesce(sum(resolved.ids_doubled), 0)::integer as ids_doubled,
        coalesce(sum(resolved.rows_resolved), 0)::integer as rows_resolved,
        (
            max(files.as_at - interval '1 second')
            at time zone '{{ var("time_zone") }}'
        )::date as data_as_at,
        max(files.as_at) as as_at,
        max(make_interval(mins => rules.late_after_minutes)) as late_after,
        max(files.landed_at) as last_landed_at
    from files
    inner join rules on files.source = rules.source
    inner join {{ ref('dim_force') }} as forces on files.force = forces.force
    left join resolved on files.file_id = resolved.file_id
    group by files.force, forces.force_name, files.source, files.kind
)

select * from final
