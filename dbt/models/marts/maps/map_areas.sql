-- Area outlines for the map, simplified to 25 m.
with

areas as (
    select * from {{ source('geo', 'areas') }}
),

forces as (
    select * from {{ ref('dim_force') }}
),

final as (
    select
        areas.force,
        forces.force_name,
        areas.area_set,
        areas.area,
        areas.area_set = forces.default_area_set as is_default_set,
        areas.valid_from,
        areas.valid_to,
        {{ geojson('st_simplifypreservetopology(areas.geom, 25)', 5) }}
            as outline_geojson
    from areas
    inner join forces on areas.force = forces.force
)

select * from final
