{{ config(indexes=[{'columns': ['stop_search_key'], 'unique': true}]) }}

-- Stops and searches. Some forces publish only the day of a search: it is written
-- without a time, or stands at midnight, of local time or of UTC. Where far more
-- searches of a month start at a minute than at its neighbours, their hour is unknown.
with

searches as (
    select
        *,
        searched_at at time zone '{{ var("time_zone") }}' as local_time,
        searched_at at time zone 'UTC' as utc_time
    from {{ ref('all_searches') }}
),

written as (
    select
        force,
        month,
        is_day_only,
        'local' as clock,
        local_time as written_time
    from searches
    union all
    select
        force,
        month,
        is_day_only,
        'UTC' as clock,
        utc_time as written_time
    from searches
),

starts as (
    select
        force,
        month,
        clock,
        {{ minute_of_day('written_time') }} as minute_of_day
    from written
    where is_day_only is not true
        and extract(second from written_time) = 0
),

default_minutes as (
    select *
    from {{ default_minutes('starts', 'force, month, clock') }} as minutes
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
            when searches.is_day_only is not true
                and default_local.minute_of_day is null
                and default_utc.minute_of_day is null
                then extract(hour from searches.local_time)::integer
        end as search_hour,
        searches.longitude is not null as is_located,
        searches.is_outcome_linked_to_object,
        searches.is_clothing_removed,
        searches.month,
        searches.searched_at
    from searches
    left join default_minutes as default_local
        on searches.force = default_local.force
        and searches.month = default_local.month
        and default_local.clock = 'local'
        and extract(second from searches.local_time) = 0
        and {{ minute_of_day('searches.local_time') }} = default_local.minute_of_day
    left join default_minutes as default_utc
        on searches.force = default_utc.force
        and searches.month = default_utc.month
        and default_utc.clock = 'UTC'
        and extract(second from searches.utc_time) = 0
        and {{ minute_of_day('searches.utc_time') }} = default_utc.minute_of_day
    left join outcomes on searches.outcome = outcomes.outcome
    left join point_areas
        on searches.force = point_areas.force
        and searches.longitude = point_areas.longitude
        and searches.latitude = point_areas.latitude
)

select * from final
