-- Neighbourhood (LSOA) outlines for the map, simplified to 15 m, of the latest vintage
-- that is loaded for a force; each with the area that its middle lies in.
with

lsoas as (
    select
        lsoas.*,
        max(lsoas.vintage) over (partition by lsoas.force) as latest_vintage
    from {{ source('geo', 'lsoas') }} as lsoas
),

forces as (
    select * from {{ ref('dim_force') }}
),

areas as (
    select * from {{ source('geo', 'areas') }}
),

area_lsoas as (
    select * from {{ source('geo', 'area_lsoas') }}
),

default_areas as (
    select
        area_lsoas.lsoa_code,
        areas.force,
        max(areas.area) as area
    from area_lsoas
    inner join areas on area_lsoas.area_id = areas.area_id
    inner join forces
        on areas.force = forces.force
        and areas.area_set = forces.default_area_set
    group by area_lsoas.lsoa_code, areas.force
),

final as (
    select
        lsoas.force,
        forces.force_name,
        lsoas.lsoa_code,
        lsoas.lsoa_name,
        {{ area_label('default_areas.area', 'true') }} as area,
        {{ geojson('st_simplifypreservetopology(lsoas.geom, 15)', 5) }}
            as outline_geojson
    from lsoas
    inner join forces on lsoas.force = forces.force
    left join default_areas
        on lsoas.lsoa_code = default_areas.lsoa_code
        and lsoas.force = default_areas.force
    where lsoas.vintage = lsoas.latest_vintage
)

select * from final
