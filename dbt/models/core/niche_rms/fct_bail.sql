-- Bail and release under investigation of persons, active or over as of now.
{{ config(materialized='view') }}

select
    bails.bail_id,
    coalesce(ids.golden_id, bails.person_id) as golden_id,
    bails.occurrence_id,
    bails.force,
    bails.bail_type,
    bails.conditions,
    {{ is_active_on('bails.started_at', 'bails.ended_at', 'now()') }} as is_active,
    bails.started_at,
    bails.ended_at
from {{ ref('stg_niche__bails') }} as bails
left join {{ ref('int_niche_person_ids') }} as ids
    on bails.person_id = ids.person_id
    and bails.force = ids.force
