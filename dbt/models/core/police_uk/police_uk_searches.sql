-- What the publisher gives to core (contract `searches`).
{{ config(materialized='view', post_hook=[]) }}

select
    force || '|' || to_char(month, 'YYYY-MM') || '|' || row_number as stop_search_key,
    load_id,
    file_id,
    row_number,
    force,
    coalesce(search_type, 'Not stated') as search_type,
    gender,
    age_range,
    self_defined_ethnicity,
    officer_defined_ethnicity,
    legislation,
    object_of_search,
    outcome,
    longitude,
    latitude,
    is_outcome_linked_to_object,
    is_clothing_removed,
    is_day_only,
    month,
    searched_at
from {{ ref('stg_police_uk__stop_search') }}
