-- Every position that the source gives, once: of an address, of a place entered without
-- an address, of a search. This model and those after it compute the costly geography
-- once for a position and not for every event.
-- depends_on: {{ ref('changed_keys') }}
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'position_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['position_id', 'force'], 'unique': true}],
    )
}}

with

addresses as (
    select * from {{ ref('stg_niche__addresses') }}
    where {{ is_changed('address_id') }}
),

entered as (
    select * from {{ ref('stg_niche__occurrence_addresses') }}
    where {{ is_changed('occurrence_address_id') }}
),

searches as (
    select * from {{ ref('stg_niche__stop_searches') }}
    where {{ is_changed('stop_search_id') }}
),

final as (
    select
        'address|' || address_id as position_id,
        force,
        premise_type,
        street as street_name,
        x,
        y,
        coalesce(is_verified, false) or street is not null or premise_name is not null
            as is_confirmed
    from addresses
    union all
    select
        'occurrence_address|' || occurrence_address_id as position_id,
        force,
        null as premise_type,
        null as street_name,
        entered_x as x,
        entered_y as y,
        entered_address is not null as is_confirmed
    from entered
    where address_id is null
    union all
    select
        'stop_search|' || stop_search_id as position_id,
        force,
        null as premise_type,
        null as street_name,
        x,
        y,
        true as is_confirmed
    from searches
)

select * from final
