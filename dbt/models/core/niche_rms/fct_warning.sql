-- Warning markers of persons, active or over as of today.
{{ config(materialized='view') }}

select
    warnings.warning_id,
    coalesce(ids.golden_id, warnings.person_id) as golden_id,
    warnings.force,
    warnings.warning,
    {{ is_active_on('warnings.started_on', 'warnings.ended_on', 'current_date') }}
        as is_active,
    warnings.started_on,
    warnings.ended_on
from {{ ref('stg_niche__warnings') }} as warnings
left join {{ ref('int_niche_person_ids') }} as ids
    on warnings.person_id = ids.person_id
    and warnings.force = ids.force
