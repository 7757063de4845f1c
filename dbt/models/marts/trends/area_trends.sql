-- Crimes by area, month and type, in every area set of a force; months and types with
-- no crime are there with 0, so that a year before can be told from not observed.
with

months as (
    select * from {{ ref('dim_force_month') }}
),

counted as (
    select * from {{ ref('int_area_counts') }}
),

areas as (
    select distinct
        force,
        area_set,
        area
    from counted
),

published_types as (
    select distinct
        force,
        crime_type,
        is_serious_violence
    from counted
),

grid as (
    select
        areas.force,
        areas.area_set,
        areas.area,
        months.month,
        published_types.crime_type,
        published_types.is_serious_violence
    from areas
    inner join months on areas.force = months.force
    inner join published_types on areas.force = published_types.force
),

-- Added up, not joined: the planner knows nothing of how many rows there are of each.
filled as (
    select
        force,
        area_set,
        area,
        crime_type,
        is_serious_violence,
        sum(crimes) as crimes,
        sum(harm_days) as harm_days,
        month
    from (
        select
            force,
            area_set,
            area,
            crime_type,
            is_serious_violence,
            0 as crimes,
            0 as harm_days,
            month
        from grid
        union all
        select
            counted.force,
            counted.area_set,
            counted.area,
            counted.crime_type,
            counted.is_serious_violence,
            counted.crimes,
            counted.harm_days,
            counted.month
        from counted
        inner join months
            on counted.force = months.force
            and counted.month = months.month
    ) as both_kinds
    group by force, area_set, area, crime_type, is_serious_violence, month
),

compared as (
    select
        force,
        area_set,
        area,
        crime_type,
        is_serious_violence,
        max(crimes) as crimes,
        max(harm_days) as harm_days,
        max(crimes_year_before) as crimes_year_before,
        month
    from (
        select
            *,
            null::numeric as crimes_year_before
        from filled
        union all
        select
            force,
            area_set,
            area,
            crime_type,
            is_serious_violence,
            null as crimes,
            null as harm_days,
            (month + interval '1 year')::date as month,
            crimes as crimes_year_before
        from filled
    ) as both_years
    group by force, area_set, area, crime_type, is_serious_violence, month
    having count(crimes) > 0
),

final as (
    select
        compared.force,
        forces.force_name,
        compared.area_set,
        compared.area,
        compared.month,
        compared.crime_type,
        compared.is_serious_violence,
        compared.crimes::integer as crimes,
        compared.harm_days::double precision as harm_days,
        compared.crimes_year_before::integer as crimes_year_before
    from compared
    inner join {{ ref('dim_force') }} as forces on compared.force = forces.force
)

select * from final
