-- The areas of each place, one in each area set of its force: by the neighbourhood code
-- where it is known, else by the point; no row where neither tells (outside the force).
{{ config(indexes=[{'columns': ['place_id'], 'unique': true}]) }}

with

places as (
    select * from {{ ref('int_places') }}
),

areas as (
    select * from {{ source('geo', 'areas') }}
),

area_lsoas as (
    select * from {{ source('geo', 'area_lsoas') }}
),

codes as (
    select distinct on (areas.force, areas.area_set, area_lsoas.lsoa_code)
        areas.force,
        areas.area_set,
        areas.area_id,
        area_lsoas.lsoa_code
    from area_lsoas
    inner join areas on area_lsoas.area_id = areas.area_id
    order by
        areas.force, areas.area_set, area_lsoas.lsoa_code, area_lsoas.vintage desc
),

by_code as (
    select
        places.place_id,
        codes.area_set,
        codes.area_id
    from places
    inner join codes
        on places.lsoa_code = codes.lsoa_code
        and places.force = codes.force
),

unknown_codes as (
    select * from places
    where geom is not null
        and place_id not in (select by_code.place_id from by_code)
),

by_point as (
    select distinct on (unknown_codes.place_id, areas.area_set)
        unknown_codes.place_id,
        areas.area_set,
        areas.area_id
    from unknown_codes
    inner join areas
        on st_intersects(areas.geom, unknown_codes.geom)
        and unknown_codes.force = areas.force
    order by unknown_codes.place_id, areas.area_set, areas.area_id
),

found as (
    select * from by_code
    union all
    select * from by_point
),

final as (
    select
        found.place_id,
        max(found.area_id) filter (
            where found.area_set = forces.default_area_set
        ) as area_id,
        array_agg(found.area_id order by found.area_id) as area_ids
    from found
    inner join places on found.place_id = places.place_id
    inner join {{ ref('dim_force') }} as forces on places.force = forces.force
    group by found.place_id
)

select * from final
