-- Crimes at each institution, counted; an unlisted one is what a label or a kind of
-- premises names in a cell.
{{ config(indexes=[{'columns': ['institution_id'], 'unique': true}]) }}

with

places as (
    select * from {{ ref('dim_place') }}
),

crimes as (
    select * from {{ ref('fct_crime') }}
    where institution_id is not null
        and is_located
),

months as (
    select * from {{ ref('dim_force_month') }}
),

listed as (
    select * from {{ source('geo', 'institutions') }}
),

counted as (
    select
        crimes.institution_id,
        crimes.force,
        mode() within group (order by crimes.hexagon_id) as hexagon_id,
        mode() within group (order by crimes.area_id) as area_id,
        mode() within group (order by crimes.crime_type) as main_crime_type,
        count(*) as crimes,
        count(*) filter (where crimes.is_serious_violence) as serious_violence_crimes,
        count(*) filter (where months.is_recent) as crimes_recent,
        count(*) filter (where months.is_previous) as crimes_previous,
        sum(crimes.harm_days) as harm_days,
        array_agg(distinct crimes.hexagon_id) as hexagon_ids,
        st_centroid(st_collect(distinct places.geom)) as geom
    from crimes
    inner join places on crimes.place_id = places.place_id
    inner join months
        on crimes.force = months.force
        and crimes.month = months.month
    group by crimes.institution_id, crimes.force
),

final as (
    select
        counted.institution_id,
        counted.force,
        coalesce(
            listed.name,
            initcap(left(split_part(counted.institution_id, '@', 1), 1))
            || substr(replace(split_part(counted.institution_id, '@', 1), '_', ' '), 2)
        ) as institution_name,
        coalesce(listed.kind, split_part(counted.institution_id, '@', 1))
            as institution_kind,
        counted.hexagon_id,
        counted.area_id,
        counted.main_crime_type,
        counted.crimes,
        counted.serious_violence_crimes,
        counted.crimes_recent,
        counted.crimes_previous,
        counted.harm_days,
        counted.hexagon_ids,
        listed.institution_id is not null as is_listed,
        counted.geom
    from counted
    left join listed on counted.institution_id = listed.institution_id
)

select * from final
