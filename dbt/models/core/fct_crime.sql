-- Every crime that counts: of `all_crimes` those that happened in a month that their
-- force observes. A crime that was reported years after is left out: a place of thirty
-- years ago is not hot today. A view, written again in every transform with these
-- months in it, so that it joins nothing: PostgreSQL finds the index for a selection of
-- one table.
{{ config(materialized='view', post_hook=[]) }}
-- depends_on: {{ ref('dim_force') }}

select
    crimes.*,
    {{ is_patrol_relevant('crimes') }} as is_patrol_relevant,
    {{ is_place_event('crimes') }} as is_place_event,
    {{ score_weight('crimes.harm_days', 'crimes.month') }} as score_weight
from {{ ref('all_crimes') }} as crimes
where {{ is_observed('crimes') }}
