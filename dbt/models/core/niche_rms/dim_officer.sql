-- Officers and staff by collar number and unit; the source gives no names.
{{
    config(
        materialized='table',
        indexes=[{'columns': ['officer_id', 'force'], 'unique': true}],
    )
}}

with

officers as (
    select * from {{ ref('stg_niche__officers') }}
),

units as (
    select * from {{ ref('stg_niche__units') }}
),

final as (
    select
        officers.officer_id,
        officers.force,
        officers.unit_id,
        officers.collar_number,
        officers.rank,
        units.unit,
        units.area
    from officers
    left join units
        on officers.unit_id = units.unit_id
        and officers.force = units.force
)

select * from final
