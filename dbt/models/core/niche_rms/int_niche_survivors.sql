-- The record into which the source has finally merged each merged record. Merges form
-- chains; no chain has twenty steps, and the limit ends a ring.
{{
    config(
        materialized='table',
        indexes=[{'columns': ['person_id', 'force'], 'unique': true}],
    )
}}

with recursive

merged as (
    select distinct on (pairs.force, pairs.merged_person_id)
        pairs.force,
        pairs.merged_person_id as person_id,
        pairs.surviving_person_id as survivor_id
    from {{ ref('stg_niche__person_merges') }} as pairs
    left join {{ ref('people_as_of') }} as moments on pairs.force = moments.force
    where not {{ has_come('pairs.unmerged_at', 'moments') }}
    order by
        pairs.force,
        pairs.merged_person_id,
        pairs.merged_at desc nulls last,
        pairs.person_merge_id desc
),

steps as (
    select
        force,
        person_id,
        survivor_id,
        1 as step
    from merged
    union all
    select
        steps.force,
        steps.person_id,
        merged.survivor_id,
        steps.step + 1 as step
    from steps
    inner join merged
        on steps.force = merged.force
        and steps.survivor_id = merged.person_id
    where steps.step < 20
),

final as (
    select distinct on (force, person_id)
        person_id,
        force,
        survivor_id
    from steps
    order by force, person_id, step desc
)

select * from final
