-- The areas of each place, one in each area set of its force: by the neighbourhood code
-- where it is known, else by the point. A place outside the force has no row.
{{
    config(
        indexes=[{'columns': ['place_id'], 'unique': true}],
        meta={'statistics': ['place_id']},
    )
}}

with

places as (
    select * from {{ ref('int_places') }}
),

areas as (
    select * from {{ source('geo', 'areas') }}
),

settings as (
    select * from {{ source('geo', 'force_settings') }}
),

sets as (
    select
        areas.*,
        areas.area_set = coalesce(settings.default_area_set, 'district')
            as is_default_set
    from areas
    left join settings on areas.force = settings.force
),

codes as (
    select
        sets.force,
        area_lsoas.lsoa_code,
        max(sets.area_id) filter (where sets.is_default_set) as area_id,
        string_agg(distinct sets.area_id, '|' order by sets.area_id) as area_ids
    from {{ source('geo', 'area_lsoas') }} as area_lsoas
    inner join sets on area_lsoas.area_id = sets.area_id
    group by sets.force, area_lsoas.lsoa_code
),

by_code as (
    select
        places.place_id,
        codes.area_id,
        codes.area_ids
    from places
    inner join codes
        on places.lsoa_code = codes.lsoa_code
        and places.force = codes.force
),

without_code as (
    select places.* from places
    left join by_code on places.place_id = by_code.place_id
    where by_code.place_id is null
),

at_point as (
    select distinct on (without_code.place_id, sets.area_set)
        without_code.place_id,
        sets.area_id,
        sets.is_default_set
    from without_code
    inner join sets
        on st_intersects(sets.geom, without_code.geom)
        and without_code.force = sets.force
    order by without_code.place_id, sets.area_set, sets.area_id
),

by_point as (
    select
        place_id,
        max(area_id) filter (where is_default_set) as area_id,
        string_agg(area_id, '|' order by area_id) as area_ids
    from at_point
    group by place_id
),

final as (
    select * from by_code
    union all
    select * from by_point
)

select * from final
