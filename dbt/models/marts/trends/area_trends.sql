-- Crimes by area, month and type, in every area set of a force; months and types with
-- no crime are there with 0, so that a year before can be told from not observed.
{%- set cell = ['force', 'area_set', 'area', 'crime_type', 'is_serious_violence'] %}

with

months as (
    select * from {{ ref('dim_force_month') }}
),

counted as (
    select counts.*
    from {{ ref('int_area_counts') }} as counts
    inner join months
        on counts.force = months.force
        and counts.month = months.month
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
        published_types.crime_type,
        published_types.is_serious_violence,
        months.month
    from areas
    inner join months on areas.force = months.force
    inner join published_types on areas.force = published_types.force
),

-- Each month once as itself and once as the year before that of the next: added up, not
-- joined, since the planner cannot know how many rows there are of each.
told as (
    select
        *,
        0 as crimes,
        0 as harm_days,
        true as is_observed
    from grid
    union all
    select
        {{ cell | join(',\n        ') }},
        month,
        crimes,
        harm_days,
        false as is_observed
    from counted
),

compared as (
    select
        {{ 'told.' ~ cell | join(',\n        told.') }},
        sum(told.crimes) filter (where ages.years = 0) as crimes,
        sum(told.harm_days) filter (where ages.years = 0) as harm_days,
        sum(told.crimes) filter (where ages.years = 1) as crimes_year_before,
        (told.month + make_interval(years => ages.years))::date as month
    from told
    cross join (values (0), (1)) as ages (years)
    group by
        {{ 'told.' ~ cell | join(', told.') }},
        (told.month + make_interval(years => ages.years))::date
    having bool_or(told.is_observed and ages.years = 0)
),

final as (
    select
        {{ 'compared.' ~ cell | join(',\n        compared.') }},
        forces.force_name,
        compared.month,
        compared.crimes::integer as crimes,
        compared.harm_days::double precision as harm_days,
        compared.crimes_year_before::integer as crimes_year_before
    from compared
    inner join {{ ref('dim_force') }} as forces on compared.force = forces.force
)

select * from final
