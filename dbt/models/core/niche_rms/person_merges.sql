-- Which person records the source has merged into which, and which merges it undid:
-- record linkage goes by it before it compares. A view, since nothing is added.
{{ config(materialized='view', pre_hook=[], post_hook=[]) }}

select
    force,
    surviving_person_id,
    merged_person_id,
    merged_at,
    unmerged_at
from {{ ref('stg_niche__person_merges') }}
