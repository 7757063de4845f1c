-- The merges of person records at the source, and those that it undid. Record linkage
-- follows them before it compares records. It is a view because it computes nothing.
{{ config(materialized='view', pre_hook=[], post_hook=[]) }}

select
    pairs.force,
    pairs.surviving_person_id,
    pairs.merged_person_id,
    pairs.merged_at,
    case
        when {{ has_come('pairs.unmerged_at', 'moments') }} then pairs.unmerged_at
    end as unmerged_at
from {{ ref('stg_niche__person_merges') }} as pairs
left join {{ ref('people_as_of') }} as moments on pairs.force = moments.force
