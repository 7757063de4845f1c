-- How new the data of each force and source are, and when they are late. Whether they
-- are is for the reader to ask (`now() - data_as_at > late_after`): while nothing comes
-- nothing is built, and a mart would stand still at "on time".
with

files as (
    select
        deliveries.source,
        files.force,
        coalesce(
            {{ end_of_month('files.month') }},
            deliveries.extracted_at,
            deliveries.landed_at
        ) as as_at,
        deliveries.landed_at
    from {{ source('ops', 'delivery_files') }} as files
    inner join {{ source('ops', 'deliveries') }} as deliveries
        on files.load_id = deliveries.load_id
    left join {{ ref('all_files') }} as given_files
        on files.file_id = given_files.file_id
    where deliveries.state = 'landed'
        and given_files.why_unused is null
),

latest as (
    select
        force,
        source,
        max(as_at) as data_as_at,
        max(landed_at) as last_landed_at
    from files
    group by force, source
),

final as (
    select
        latest.force,
        forces.force_name,
        latest.source,
        sources.source_title,
        sources.definition_version,
        forces.clock,
        sources.late_after_minutes,
        sources.is_day_dated,
        make_interval(mins => sources.late_after_minutes) as late_after,
        latest.data_as_at,
        {{ local_time('latest.last_landed_at', 'forces.clock') }} as last_landed_at
    from latest
    inner join {{ ref('dim_source') }} as sources on latest.source = sources.source
    inner join {{ ref('dim_force') }} as forces on latest.force = forces.force
)

select * from final
