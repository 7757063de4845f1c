{{ config(indexes=[{'columns': ['force'], 'unique': true}]) }}

with

files as (
    select * from {{ ref('stg_police_uk__files') }}
),

geo_forces as (
    select * from {{ source('geo', 'forces') }}
),

settings as (
    select * from {{ source('geo', 'force_settings') }}
),

forces as (
    select
        force,
        count(*) filter (where kind = 'street') as months_observed,
        min(month) filter (where kind = 'street') as data_from,
        max(month) filter (where kind = 'street') as latest_month
    from files
    group by force
),

final as (
    select
        forces.force,
        coalesce(geo_forces.force_name, initcap(replace(forces.force, '-', ' ')))
            as force_name,
        coalesce(settings.default_area_set, 'district') as default_area_set,
        geo_forces.area_km2,
        forces.months_observed::integer as months_observed,
        geo_forces.force is not null as has_geography,
        forces.data_from,
        forces.latest_month,
        (forces.latest_month + interval '1 month - 1 day')::date as data_to
    from forces
    left join geo_forces on forces.force = geo_forces.force
    left join settings on forces.force = settings.force
)

select * from final
