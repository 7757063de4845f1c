-- The record into which the source has finally merged each merged record. Merges form
-- chains. Where they form a loop (A into B, B into A), the eldest record of the loop
-- stands: a source gives out ascending ids, so it is the shortest, then the smallest.
{{
    config(
        materialized='table',
        indexes=[{'columns': ['person_id', 'force'], 'unique': true}],
    )
}}

with recursive

merged as (
    select distinct on (force, merged_person_id)
        force,
        merged_person_id as person_id,
        surviving_person_id as survivor_id
    from {{ ref('stg_niche__person_merges') }}
    where unmerged_at is null
    order by force, merged_person_id, merged_at desc, person_merge_id desc
),

steps as (
    select
        force,
        person_id,
        survivor_id,
        array[person_id] as passed
    from merged
    union all
    select
        steps.force,
        steps.person_id,
        merged.survivor_id,
        steps.passed || steps.survivor_id as passed
    from steps
    inner join merged
        on steps.force = merged.force
        and steps.survivor_id = merged.person_id
    where steps.survivor_id <> all(steps.passed)
),

ends as (
    select distinct on (force, person_id)
        force,
        person_id,
        survivor_id,
        -- The records of the loop that the chain ends in; null where it ends in none.
        passed[array_position(passed, survivor_id):] as looped
    from steps
    order by force, person_id, cardinality(passed) desc
),

final as (
    select
        ends.person_id,
        ends.force,
        coalesce(eldest.person_id, ends.survivor_id) as survivor_id,
        coalesce(ends.person_id = any(ends.looped), false) as is_in_loop
    from ends
    left join lateral (
        select looped.person_id
        from unnest(ends.looped) as looped (person_id)
        order by length(looped.person_id), looped.person_id
        limit 1
    ) as eldest on true
)

select * from final
