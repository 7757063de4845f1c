-- The merges of person records at the source, and those that it undid. Record linkage
-- follows them before it compares records. It is a view because it computes nothing.
{{ config(materialized='view', pre_hook=[], post_hook=[]) }}

select
    force,
    surviving_person_id,
    merged_person_id,
    merged_at,
    unmerged_at
from {{ ref('stg_niche__person_merges') }}
