-- The place at which an occurrence is counted: the place that set its area, else its
-- location, else the dispatch address.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'occurrence_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['occurrence_id', 'force'], 'unique': true}],
    )
}}

with

places as (
    select * from {{ ref('stg_niche__occurrence_addresses') }}
    where {{ is_changed('occurrence_id') }}
),

final as (
    select distinct on (force, occurrence_id)
        occurrence_id,
        force,
        coalesce(
            'address|' || address_id, 'occurrence_address|' || occurrence_address_id
        ) as position_id
    from places
    order by
        force,
        occurrence_id,
        coalesce(is_area_source, false) desc,
        coalesce('occurrence location' = any(roles), false) desc,
        coalesce('dispatch address' = any(roles), false) desc,
        address_id is null,
        occurrence_address_id
)

select * from final
