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

filled as (
    select
        grid.*,
        coalesce(counted.crimes, 0) as crimes,
        coalesce(counted.harm_days, 0) as harm_days
    from grid
    left join counted
        on grid.force = counted.force
        and grid.area_set = counted.area_set
        and grid.area = counted.area
        and grid.month = counted.month
        and grid.crime_type = counted.crime_type
        and grid.is_serious_violence = counted.is_serious_violence
),

final as (
    select
        filled.force,
        forces.force_name,
        filled.area_set,
        filled.area,
        filled.month,
        filled.crime_type,
        filled.is_serious_violence,
        filled.crimes::integer as crimes,
        filled.harm_days::double precision as harm_days,
        year_before.crimes::integer as crimes_year_before
    from filled
    inner join {{ ref('dim_force') }} as forces on filled.force = forces.force
    left join filled as year_before
        on filled.force = year_before.force
        and filled.area_set = year_before.area_set
        and filled.area = year_before.area
        and filled.crime_type = year_before.crime_type
        and filled.is_serious_violence = year_before.is_serious_violence
        and filled.month = year_before.month + interval '1 year'
)

select * from final
