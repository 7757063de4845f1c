{{
    config(
        indexes=[{'columns': ['place_id'], 'unique': true}],
        meta={'statistics': ['place_id', 'area_ids', 'institution_id']},
    )
}}

with

places as (
    select * from {{ ref('int_places') }}
),

place_areas as (
    select * from {{ ref('int_place_areas') }}
),

place_institutions as (
    select * from {{ ref('int_place_institutions') }}
),

positions as (
    select * from {{ ref('int_place_positions') }}
),

final as (
    select
        places.place_id,
        places.force,
        place_areas.area_id,
        place_areas.area_ids,
        positions.hexagon_id,
        case
            when place_institutions.institution_id is not null
                then place_institutions.institution_id
            when place_institutions.place_id is not null
                then place_institutions.institution_kind || '@'
                    || coalesce(positions.hexagon_id, places.place_id::text)
        end as institution_id,
        places.lsoa_code,
        places.location,
        places.street_name,
        places.generic_label,
        place_institutions.institution_kind,
        place_institutions.institution_name,
        positions.geocode_quality,
        places.longitude,
        places.latitude,
        place_institutions.place_id is not null as is_at_institution,
        place_institutions.institution_id is not null as is_listed_institution,
        positions.geocode_quality in ('good', 'partial') as is_located,
        places.geom
    from places
    inner join positions on places.place_id = positions.place_id
    left join place_areas on places.place_id = place_areas.place_id
    left join place_institutions on places.place_id = place_institutions.place_id
)

select * from final
