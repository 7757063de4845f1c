-- When the marts were published; since when a later state could not be built, if it
-- could not; since when raw has what they have not; how new the server is that answers,
-- if it is a replica. A view: what failed or landed last is known at once, though no
-- mart was built.
{{ config(materialized='view') }}

with

transforms as (
    select * from {{ source('ops', 'transform_runs') }}
    where steps_begun && array['staging', 'link', 'places', 'people', 'marts']
),

published as (
    select
        max(run_id) as run_id,
        max(ended_at) as published_at
    from transforms
    where 'marts' = any(steps_done)
),

final as (
    select
        published.published_at,
        min(failed.ended_at) as failed_at,
        (
            select min(waiting.changed_at)
            from {{ source('ops', 'unbuilt_deliveries') }} as waiting
        ) as waiting_since,
        case
            when pg_is_in_recovery()
                then coalesce(pg_last_xact_replay_timestamp(), '-infinity')
        end as replica_as_at
    from published
    left join transforms as failed
        on failed.state in ('failed', 'abandoned')
        and published.run_id < failed.run_id
    group by published.published_at
)

select * from final
