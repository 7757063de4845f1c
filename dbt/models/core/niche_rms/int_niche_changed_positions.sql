-- The positions that staging has touched and not every model has taken; of addresses,
-- of places that were entered without one, and of searches.
{{ config(materialized='table') }}
{%- for staged in ['addresses', 'occurrence_addresses', 'stop_searches'] %}
-- depends_on: {{ ref('stg_niche__' ~ staged) }}
{%- endfor %}
with

changes as (
    select * from {{ source('niche_ops', 'niche_changes') }}
),

final as (
    select distinct
        batch,
        force,
        replace(subject, '_id', '') || '|' || subject_id as position_id
    from changes
    where subject in ('address_id', 'occurrence_address_id', 'stop_search_id')
)

select * from final
