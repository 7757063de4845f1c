-- Crimes at each institution, counted; an unlisted one is what a label names in a cell.
{{ config(indexes=[{'columns': ['institution_id'], 'unique': true}]) }}

with

places as (
    select * from {{ ref('dim_place') }}
    where is_at_institution
        and is_located
),

crimes as (
    select * from {{ ref('fct_crime') }}
    where is_at_institution
        and is_located
),

months as (
    select * from {{ ref('dim_force_month') }}
),

final as (
    select
        places.institution_id,
        places.force,
        max(places.institution_name) as institution_name,
        max(places.institution_kind) as institution_kind,
        mode() within group (order by crimes.hexagon_id) as hexagon_id,
        mode() within group (order by crimes.area_id) as area_id,
        mode() within group (order by crimes.crime_type) as main_crime_type,
        count(*) as crimes,
        count(*) filter (where crimes.is_serious_violence) as serious_violence_crimes,
        count(*) filter (where months.is_recent) as crimes_recent,
        count(*) filter (where months.is_previous) as crimes_previous,
        sum(crimes.harm_days) as harm_days,
        array_agg(distinct crimes.hexagon_id) as hexagon_ids,
        bool_or(places.is_listed_institution) as is_listed,
        st_centroid(st_collect(distinct places.geom)) as geom
    from crimes
    inner join places on crimes.place_id = places.place_id
    inner join months
        on crimes.force = months.force
        and crimes.month = months.month
    group by places.institution_id, places.force
)

select * from final
