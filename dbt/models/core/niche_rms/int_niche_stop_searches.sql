-- Stops and searches of this source, with person, position and find. Only a search that
-- found something says anything about the person.
{{ config(materialized='view') }}

select
    searches.stop_search_id,
    coalesce(ids.golden_id, searches.person_id) as golden_id,
    searches.occurrence_id,
    searches.officer_id,
    searches.force,
    positions.hexagon_id,
    position_areas.area_id,
    searches.power,
    searches.object_of_search,
    searches.found,
    searches.outcome,
    coalesce(positions.geocode_quality, 'missing') as geocode_quality,
    coalesce(searches.found <> 'nothing', false) as has_find,
    coalesce(searches.found = 'knife', false) as has_knife_find,
    coalesce(searches.found in ('knife', 'firearm', 'corrosive'), false)
        as has_weapon_find,
    {{ operational_date('searches.searched_at', 'mappings.clock') }}
        as operational_date,
    searches.searched_at
from {{ ref('stg_niche__stop_searches') }} as searches
inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
    on searches.force = mappings.force
left join {{ ref('int_niche_person_ids') }} as ids
    on searches.person_id = ids.person_id
    and searches.force = ids.force
left join {{ ref('int_niche_positions') }} as positions
    on 'stop_search|' || searches.stop_search_id = positions.position_id
    and searches.force = positions.force
left join {{ ref('int_niche_position_areas') }} as position_areas
    on positions.position_id = position_areas.position_id
    and positions.force = position_areas.force
