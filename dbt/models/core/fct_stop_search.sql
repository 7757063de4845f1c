{{ config(indexes=[{'columns': ['stop_search_key'], 'unique': true}]) }}

-- Stops and searches. Some forces publish only the day of a search, which stands at
-- midnight: where far more searches of a month start at a minute than at its
-- neighbours, their hour is not known.
with

searches as (
    select
        *,
        searched_at at time zone '{{ var("time_zone") }}' as local_time
    from {{ ref('all_searches') }}
),

default_minutes as (
    select *
    from {{ default_minutes(
        "(select force, month, case when extract(second from local_time) = 0 then "
        ~ minute_of_day('local_time') ~ " end as minute_of_day from searches)",
        'force, month'
    ) }} as minutes
    where is_default
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
        {{ grid_point('longitude', 'latitude') }} as geom
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
        case
            when default_minutes.minute_of_day is null
                then extract(hour from searches.local_time)::integer
        end as search_hour,
        searches.longitude is not null as is_located,
        searches.is_outcome_linked_to_object,
        searches.is_clothing_removed,
        searches.month,
        searches.searched_at
    from searches
    left join default_minutes
        on searches.force = default_minutes.force
        and searches.month = default_minutes.month
        and extract(second from searches.local_time) = 0
        and {{ minute_of_day('searches.local_time') }} = default_minutes.minute_of_day
    left join outcomes on searches.outcome = outcomes.outcome
    left join point_areas
        on searches.force = point_areas.force
        and searches.longitude = point_areas.longitude
        and searches.latitude = point_areas.latitude
)

select * from final
