-- Crimes by area, month and type, in every area set of a force. Months and types
-- without crime are there with 0: a month that was not observed has no row.
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

-- Each month counts once as itself and once as the year before. The rows are added up,
-- not joined: the planner cannot know how many there are.
rows_to_add as (
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
        {{ 'rows_to_add.' ~ cell | join(',\n        rows_to_add.') }},
        sum(rows_to_add.crimes) filter (where ages.years = 0) as crimes,
        sum(rows_to_add.harm_days) filter (where ages.years = 0) as harm_days,
        sum(rows_to_add.crimes) filter (where ages.years = 1) as crimes_year_before,
        (rows_to_add.month + make_interval(years => ages.years))::date as month
    from rows_to_add
    cross join (values (0), (1)) as ages (years)
    group by
        {{ 'rows_to_add.' ~ cell | join(', rows_to_add.') }},
        (rows_to_add.month + make_interval(years => ages.years))::date
    having bool_or(rows_to_add.is_observed and ages.years = 0)
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
