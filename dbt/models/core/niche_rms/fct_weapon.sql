-- Weapons of occurrences, with the person who had them if the source says so.
{{ config(materialized='view') }}

select
    weapons.weapon_id,
    weapons.occurrence_id,
    coalesce(ids.golden_id, weapons.person_id) as golden_id,
    weapons.force,
    weapons.weapon,
    weapons.weapon_use
from {{ ref('stg_niche__weapons') }} as weapons
left join {{ ref('int_niche_person_ids') }} as ids
    on weapons.person_id = ids.person_id
    and weapons.force = ids.force
