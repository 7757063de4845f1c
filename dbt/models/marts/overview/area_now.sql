-- What came to notice in each area in the last day, week and four weeks, compared with
-- as long before and a year before. Crimes are counted by the report, so that the sides
-- compare: many of the last day's crimes will be reported later, none of last year's.
-- Windows end with the data. Every type is there in every area, with 0 for none.
-- Crimes of restricted records count too.
{{ config(tags=['instants'], pre_hook='{{ group_by_hash() }}') }}
{%- set cell = ['force', 'force_name', 'area', 'crime_type', 'time_window',
    'definition_version', 'window_hours', 'is_serious_violence', 'data_as_at'] %}

with

windows as (
    select
        *,
        make_interval(hours => window_hours) as length
    from {{ latest_definition(ref('now_windows')) }} as held
),

recent as (
    select
        crimes.force,
        forces.force_name,
        {{ area_label('areas.area', 'crimes.is_located') }} as area,
        crimes.crime_type,
        crimes.is_serious_violence,
        {{ local_time('forces.data_as_at', 'forces.clock') }} as data_as_at,
        forces.data_as_at - crimes.reported_at as age
    from {{ ref('all_crimes') }} as crimes
    inner join {{ ref('dim_force') }} as forces on crimes.force = forces.force
    left join {{ source('geo', 'areas') }} as areas on crimes.area_id = areas.area_id
    where forces.is_day_dated
        and {{ is_on_a_side(
            'crimes.reported_at',
            'forces.data_as_at',
            '(select max(windows.length) from windows)'
        ) }}
),

areas as (
    select distinct
        force,
        force_name,
        area,
        data_as_at
    from recent
),

types as (
    select distinct
        force,
        crime_type,
        is_serious_violence
    from recent
),

sided as (
    select
        areas.*,
        types.crime_type,
        types.is_serious_violence,
        windows.*,
        {{ window_side('recent.age', 'windows.length') }} as side
    from areas
    inner join types on areas.force = types.force
    cross join windows
    left join recent
        on areas.force = recent.force
        and areas.area = recent.area
        and types.crime_type = recent.crime_type
        and types.is_serious_violence = recent.is_serious_violence
),

final as (
    select
        {{ cell | join(',\n        ') }},
        {{ count_of_side('now') }} as crimes,
        {{ count_of_side('before') }} as crimes_before,
        {{ count_of_side('year before') }} as crimes_year_before
    from sided
    group by {{ cell | join(', ') }}
)

select * from final
