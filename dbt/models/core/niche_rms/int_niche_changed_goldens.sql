-- The golden persons whose records changed, joined or left, and not every model has
-- taken.
{{ config(materialized='table') }}

with

ids as (
    select * from {{ ref('int_niche_person_ids') }}
),

final as (
    select
        batch,
        force,
        subject_id as golden_id
    from {{ source('niche_ops', 'niche_changes') }}
    where subject = 'golden_id'
    union
    select
        changed.batch,
        changed.force,
        ids.golden_id
    from {{ ref('int_niche_changed_persons') }} as changed
    inner join ids
        on changed.force = ids.force
        and changed.person_id = ids.person_id
)

select * from final
