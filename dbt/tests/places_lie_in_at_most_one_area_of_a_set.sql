with

places as (
    select
        place_id,
        force,
        unnest(area_ids) as area_id
    from {{ ref('dim_place') }}
)

select
    places.place_id,
    areas.area_set,
    count(*) as areas
from places
inner join {{ source('geo', 'areas') }} as areas on places.area_id = areas.area_id
group by places.place_id, areas.area_set
having count(*) > 1
