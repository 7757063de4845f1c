-- The occurrences whose people changed and not every model has taken: their own rows,
-- or because a person in them, or with a weapon of theirs, is another now.
{{ config(materialized='table') }}

with

-- depends_on: {{ ref('int_niche_person_ids') }}
linked as (
    select * from {{ source('niche_ops', 'niche_changes') }}
    where subject = 'linked_person_id'
),

final as (
    select
        batch,
        force,
        occurrence_id
    from {{ ref('int_niche_changed_occurrences') }}
    union
    select
        linked.batch,
        linked.force,
        events.occurrence_id
    from linked
    inner join {{ ref('int_niche_role_events') }} as events
        on linked.force = events.force
        and linked.subject_id = events.person_id
    union
    select
        linked.batch,
        linked.force,
        weapons.occurrence_id
    from linked
    inner join {{ ref('stg_niche__weapons') }} as weapons
        on linked.force = weapons.force
        and linked.subject_id = weapons.person_id
)

select * from final
