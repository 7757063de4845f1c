-- Searches of a known person, with the find. A search that led to a cancelled
-- occurrence does not count.
{{ config(materialized='view') }}

select
    searches.force,
    searches.golden_id as person_id,
    searches.stop_search_id,
    searches.occurrence_id,
    occurrences.occurrence_number,
    searches.found,
    searches.searched_at
from {{ ref('int_niche_stop_searches') }} as searches
left join {{ ref('stg_niche__occurrences') }} as occurrences
    on searches.occurrence_id = occurrences.occurrence_id
    and searches.force = occurrences.force
where searches.golden_id is not null
    and occurrences.cancelled_at is null
