-- The keys that this transform builds after record linkage, each once: the people
-- (`golden_id`) whose records changed, joined or left; and the occurrences
-- (`involved_occurrence`) that changed, that such a person is part of, or in which
-- a weapon is linked to such a person.
{{ config(indexes=[{'columns': ['kind', 'force', 'id']}]) }}

with

changed as (
    select * from {{ ref('changed_keys') }}
),

identities as (
    select * from {{ ref('int_niche_person_ids') }}
),

golden_ids as (
    select
        force,
        id
    from {{ source('niche_ops', 'changed_keys') }}
    where kind = 'golden_id'
    union
    select
        changed.force,
        identities.golden_id as id
    from changed
    inner join identities
        on changed.force = identities.force
        and changed.id = identities.person_id
    where changed.kind = 'person_id'
),

person_ids as (
    select
        force,
        id
    from changed
    where kind = 'person_id'
    union
    select
        identities.force,
        identities.person_id as id
    from golden_ids
    inner join identities
        on golden_ids.force = identities.force
        and golden_ids.id = identities.golden_id
),

final as (
    select
        'golden_id' as kind,
        force,
        id
    from golden_ids
    union
    select
        'involved_occurrence' as kind,
        force,
        id
    from changed
    where kind = 'occurrence_id'
    union
    select
        'involved_occurrence' as kind,
        events.force,
        events.occurrence_id as id
    from person_ids
    inner join {{ ref('int_niche_role_events') }} as events
        on person_ids.force = events.force
        and person_ids.id = events.person_id
    union
    select
        'involved_occurrence' as kind,
        weapons.force,
        weapons.occurrence_id as id
    from person_ids
    inner join {{ ref('stg_niche__weapons') }} as weapons
        on person_ids.force = weapons.force
        and person_ids.id = weapons.person_id
)

select
    kind,
    force,
    id
from final
where id is not null
