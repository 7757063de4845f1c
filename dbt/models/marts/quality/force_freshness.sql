-- How new the data of each force and source are, and when they are late. Whether they
-- are is for the reader to ask (`now() - data_as_at > late_after`): while nothing comes
-- nothing is built, and a mart would stand still at "on time".
with

rules as (
    select * from {{ latest_definition(ref('freshness_rules')) }} as held
),

files as (
    select
        deliveries.source,
        files.force,
        coalesce(
            {{ end_of_month('files.month') }}, deliveries.extracted_at
        ) as as_at,
        deliveries.landed_at
    from {{ source('ops', 'delivery_files') }} as files
    inner join {{ source('ops', 'deliveries') }} as deliveries
        on files.load_id = deliveries.load_id
    where deliveries.state = 'landed'
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
        rules.definition_version,
        rules.late_after_minutes,
        make_interval(mins => rules.late_after_minutes) as late_after,
        latest.data_as_at,
        latest.last_landed_at
    from latest
    inner join rules on latest.source = rules.source
    inner join {{ ref('dim_force') }} as forces on latest.force = forces.force
)

select * from final
