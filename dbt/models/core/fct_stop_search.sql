{{ config(indexes=[{'columns': ['stop_search_key'], 'unique': true}]) }}

with

searches as (
    select * from {{ ref('all_searches') }}
),

forces as (
    select * from {{ ref('dim_force') }}
),

areas as (
    select * from {{ source('geo', 'areas') }}
),

outcomes as (
    select * from {{ ref('outcomes') }}
),

points as (
    select distinct
        force,
        longitude,
        latitude,
        {{ national_grid_point('longitude', 'latitude') }} as geom
    from searches
    where longitude is not null
),

point_areas as (
    select distinct on (points.force, points.longitude, points.latitude)
        points.force,
        points.longitude,
        points.latitude,
        areas.area_id
    from points
    inner join forces on points.force = forces.force
    inner join areas
        on st_intersects(areas.geom, points.geom)
        and points.force = areas.force
        and forces.default_area_set = areas.area_set
    order by points.force, points.longitude, points.latitude, areas.area_id
),

final as (
    select
        searches.stop_search_key,
        searches.load_id,
        searches.file_id,
        searches.row_number,
        searches.force,
        point_areas.area_id,
        searches.search_type,
        searches.gender,
        searches.age_range,
        searches.self_defined_ethnicity,
        searches.officer_defined_ethnicity,
        searches.legislation,
        searches.object_of_search,
        searches.outcome,
        coalesce(outcomes.outcome_group, 'Not known') as outcome_group,
        extract(hour from searches.searched_at at time zone '{{ var("time_zone") }}')
        ::integer as search_hour,
        searches.longitude is not null as is_located,
        searches.is_outcome_linked_to_object,
        searches.is_clothing_removed,
        searches.month,
        searches.searched_at
    from searches
    left join outcomes on searches.outcome = outcomes.outcome
    left join point_areas
        on searches.force = point_areas.force
        and searches.longitude = point_areas.longitude
        and searches.latitude = point_areas.latitude
)

select * from final
