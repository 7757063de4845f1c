-- A place is named by the street that most of its serious violence was snapped to; a
-- kind of place ('Near supermarket') only where no street is named. Then the district.
{{ config(indexes=[{'columns': ['hexagon_id'], 'unique': true}]) }}

with

crimes as (
    select * from {{ ref('place_crimes') }}
    where is_place_event
        and not is_at_institution
),

places as (
    select * from {{ ref('dim_place') }}
),

shapes as (
    select * from {{ source('places', 'shapes') }}
),

districts as (
    select * from {{ source('geo', 'districts') }}
),

labels as (
    select
        crimes.hexagon_id,
        places.street_name,
        places.generic_label,
        count(*) as crimes
    from crimes
    inner join places on crimes.place_id = places.place_id
    group by crimes.hexagon_id, places.street_name, places.generic_label
),

most_frequent as (
    select distinct on (hexagon_id)
        hexagon_id,
        coalesce(street_name, 'Near ' || generic_label, 'No street named') as label,
        street_name is not null as is_street
    from labels
    order by
        hexagon_id, street_name is null, crimes desc, street_name, generic_label
),

final as (
    select distinct on (most_frequent.hexagon_id)
        most_frequent.hexagon_id,
        shapes.force,
        most_frequent.label || coalesce(', ' || districts.district_name, '')
            as place_name,
        most_frequent.label,
        districts.district_name,
        most_frequent.is_street
    from most_frequent
    inner join shapes on most_frequent.hexagon_id = shapes.hexagon_id
    left join districts
        on st_intersects(districts.geom, shapes.centroid)
        and shapes.force = districts.force
    order by most_frequent.hexagon_id, districts.district_code
)

select * from final
