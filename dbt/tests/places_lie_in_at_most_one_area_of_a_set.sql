with

combinations as (
    select
        area_ids,
        min(place_id::text) as example_place_id
    from {{ ref('int_police_uk_places') }}
    group by area_ids
)

select
    combinations.example_place_id,
    areas.area_set,
    count(*) as areas
from combinations
inner join {{ source('geo', 'areas') }} as areas
    on areas.area_id = any(string_to_array(combinations.area_ids, '|'))
group by combinations.example_place_id, areas.area_set
having count(*) > 1
