-- How many of the crimes that rank a place happened of late, and what they were. Days
-- are operational days, back from the one that the data are of.
{{ config(tags=['instants', 'designation']) }}

with

days as (
    select
        forces.force,
        forces.data_from,
        {{ operational_date('forces.data_as_at', 'forces.clock') }} as last_day
    from {{ ref('dim_force') }} as forces
    where forces.is_day_dated
),

places as (
    select * from {{ ref('hot_places') }}
    where rank <= {{ var('profile_places') }}
        or is_designated
),

crimes as (
    select
        places.force,
        places.hexagon_id,
        crimes.crime_type,
        crimes.is_knife_enabled,
        days.last_day,
        days.last_day - crimes.operational_date as days_ago
    from {{ ref('crimes') }} as crimes
    inner join places on crimes.hexagon_id = places.hexagon_id
    inner join days on crimes.force = days.force
    where crimes.is_in_place_scope
        and crimes.month >= days.data_from
        and crimes.operational_date > days.last_day - interval '6 years'
),

types as (
    select
        hexagon_id,
        crime_type || ' (' || count(*) || ')' as told,
        row_number() over (
            partition by hexagon_id order by count(*) desc, crime_type
        ) as type_rank
    from crimes
    group by hexagon_id, crime_type
),

main_types as (
    select
        hexagon_id,
        string_agg(told, ', ' order by type_rank) as main_crime_types
    from types
    where type_rank <= 3
    group by hexagon_id
),

final as (
    select
        crimes.force,
        crimes.hexagon_id,
        main_types.main_crime_types,
        {{ crimes_of_days(28) }} as crimes_28_days,
        {{ crimes_of_days(28, ended_ago=28) }} as crimes_28_days_before,
        {{ crimes_of_days(28, ended_ago=364) }} as crimes_28_days_year_before,
        {{ crimes_of_days(365) }} as crimes_12_months,
        {{ crimes_of_days(365, ended_ago=365) }} as crimes_12_months_before,
        count(*)::integer as crimes_six_years,
        coalesce(avg(crimes.is_knife_enabled::integer), 0)::double precision
            as knife_share,
        max(crimes.last_day) as counted_to
    from crimes
    inner join main_types on crimes.hexagon_id = main_types.hexagon_id
    group by crimes.force, crimes.hexagon_id, main_types.main_crime_types
)

select * from final
