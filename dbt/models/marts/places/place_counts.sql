-- How many of the crimes that rank a place happened in recent periods, by patrol
-- window, and what they were: for the leading places and all that are designated. Days
-- are operational days, back from the one that the data are of. The day and the night
-- are designated on the grid: there a designated cell has all crimes in it, also those
-- that count in a hexagon placed freely for all hours.
{{ config(tags=['instants']) }}

with

days as (
    select
        forces.force,
        forces.data_from,
        {{ operational_date('forces.data_as_at', 'forces.clock') }} as last_day
    from {{ ref('dim_force') }} as forces
    where forces.is_day_dated
),

designated as (
    select
        hexagons.hexagon_id,
        designations.patrol_window
    from {{ source('places', 'designated_hexagons') }} as hexagons
    inner join {{ source('places', 'designations') }} as designations
        on hexagons.designation_id = designations.designation_id
    where designations.valid_to is null
),

places as (
    select
        hot_places.force,
        hot_places.hexagon_id,
        days.data_from,
        days.last_day
    from {{ ref('hot_places') }} as hot_places
    inner join days on hot_places.force = days.force
    where hot_places.rank <= {{ var('profile_places') }}
        or hot_places.hexagon_id in (select designated.hexagon_id from designated)
),

windows as (
    select windows.patrol_window
    from (values ('all'), ('day'), ('night')) as windows (patrol_window)
),

crimes as (
    select * from {{ ref('crimes') }}
    where is_in_place_scope
),

counted_at as (
    select
        crimes.hexagon_id,
        windows.patrol_window,
        crimes.crime_type,
        crimes.is_knife_enabled,
        crimes.month,
        crimes.operational_date
    from crimes
    inner join windows
        on windows.patrol_window = 'all'
        or (crimes.is_time_known and crimes.patrol_window = windows.patrol_window)
    union all
    select
        crimes.cell_id,
        crimes.patrol_window,
        crimes.crime_type,
        crimes.is_knife_enabled,
        crimes.month,
        crimes.operational_date
    from crimes
    inner join designated
        on crimes.cell_id = designated.hexagon_id
        and crimes.patrol_window = designated.patrol_window
    where crimes.is_time_known
        and crimes.hexagon_id <> crimes.cell_id
),

dated as (
    select
        counted_at.*,
        places.last_day - counted_at.operational_date as days_ago
    from counted_at
    inner join places on counted_at.hexagon_id = places.hexagon_id
    where counted_at.month >= places.data_from
        and counted_at.operational_date > places.last_day - interval '6 years'
),

types as (
    select
        hexagon_id,
        patrol_window,
        crime_type,
        crime_type || ' (' || count(*) || ')' as type_with_count,
        count(*) as crimes,
        row_number() over (
            partition by hexagon_id, patrol_window order by count(*) desc, crime_type
        ) as type_rank
    from dated
    group by hexagon_id, patrol_window, crime_type
),

kinds as (
    select
        hexagon_id,
        patrol_window,
        string_agg(type_with_count, ', ' order by type_rank) filter (
            where type_rank <= 3
        ) as main_crime_types,
        jsonb_object_agg(crime_type, crimes) as crimes_by_type
    from types
    group by hexagon_id, patrol_window
),

counted as (
    select
        hexagon_id,
        patrol_window,
        {{ crimes_of_days(28) }} as crimes_28_days,
        {{ crimes_of_days(28, ended_ago=28) }} as crimes_28_days_before,
        {{ crimes_of_days(28, ended_ago=364) }} as crimes_28_days_year_before,
        {{ crimes_of_days(365) }} as crimes_12_months,
        {{ crimes_of_days(365, ended_ago=365) }} as crimes_12_months_before,
        count(*)::integer as crimes_six_years,
        avg(is_knife_enabled::integer)::double precision as knife_share
    from dated
    group by hexagon_id, patrol_window
),

final as (
    select
        places.force,
        places.hexagon_id,
        windows.patrol_window,
        kinds.main_crime_types,
        coalesce(kinds.crimes_by_type, '{}') as crimes_by_type,
        coalesce(counted.crimes_28_days, 0) as crimes_28_days,
        coalesce(counted.crimes_28_days_before, 0) as crimes_28_days_before,
        coalesce(counted.crimes_28_days_year_before, 0) as crimes_28_days_year_before,
        coalesce(counted.crimes_12_months, 0) as crimes_12_months,
        coalesce(counted.crimes_12_months_before, 0) as crimes_12_months_before,
        coalesce(counted.crimes_six_years, 0) as crimes_six_years,
        counted.knife_share,
        places.last_day as counted_to
    from places
    cross join windows
    left join counted
        on places.hexagon_id = counted.hexagon_id
        and windows.patrol_window = counted.patrol_window
    left join kinds
        on places.hexagon_id = kinds.hexagon_id
        and windows.patrol_window = kinds.patrol_window
)

select * from final
