-- Graded intelligence on persons, by topic and source, without its text.
{{ config(materialized='view') }}

select
    intelligence.intelligence_id,
    coalesce(ids.golden_id, intelligence.person_id) as golden_id,
    intelligence.force,
    intelligence.topic,
    intelligence.source_reference,
    intelligence.source_grade,
    intelligence.information_grade,
    intelligence.reported_at
from {{ ref('stg_niche__intelligence') }} as intelligence
left join {{ ref('int_niche_person_ids') }} as ids
    on intelligence.person_id = ids.person_id
    and intelligence.force = ids.force
