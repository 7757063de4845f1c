-- One row a force, for the headline figures.

with

forces as (
    select * from {{ ref('dim_force') }}
    where months_observed > 0
),

latest as (
    select
        counts.force,
        coalesce(sum(counts.crimes) filter (where months.recency = 1), 0)
            as crimes_latest_month,
        sum(counts.crimes) filter (where months.recency = 2) as crimes_month_before,
        coalesce(
            sum(counts.crimes)
            filter (where months.recency = 1 and counts.is_serious_violence),
            0
        ) as serious_violence_latest_month,
        sum(counts.crimes)
        filter (where months.recency = 2 and counts.is_serious_violence)
            as serious_violence_month_before
    from {{ ref('int_crime_counts') }} as counts
    inner join {{ ref('dim_force_month') }} as months
        on counts.force = months.force
        and counts.month = months.month
    where months.recency <= 2
    group by counts.force
),

designated as (
    select
        places.force,
        places.designation_id,
        count(distinct places.hot_spot_id) as hot_spots,
        count(*) as designated_hexagons,
        sum(shapes.area_km2) as designated_km2
    from {{ ref('designated_places') }} as places
    inner join {{ source('places', 'shapes') }} as shapes
        on places.hexagon_id = shapes.hexagon_id
    group by places.force, places.designation_id
),

shares as (
    select
        force,
        sum(crimes) filter (where is_designated)
        / sum(crimes)::double precision as designated_share_of_violence
    from {{ ref('hot_places') }}
    group by force
),

final as (
    select
        forces.force,
        forces.force_name,
        designated.designation_id,
        latest.crimes_latest_month::integer as crimes_latest_month,
        latest.crimes_month_before::integer as crimes_month_before,
        latest.serious_violence_latest_month::integer as serious_violence_latest_month,
        latest.serious_violence_month_before::integer as serious_violence_month_before,
        forces.months_observed,
        coalesce(designated.designated_hexagons, 0)::integer as designated_hexagons,
        coalesce(designated.hot_spots, 0)::integer as hot_spots,
        forces.area_km2 as force_area_km2,
        coalesce(designated.designated_km2, 0) as designated_km2,
        coalesce(100 * designated.designated_km2 / forces.area_km2, 0)
            as designated_percent,
        coalesce(shares.designated_share_of_violence, 0)
            as designated_share_of_violence,
        forces.data_from,
        forces.data_to as data_as_at
    from forces
    left join latest on forces.force = latest.force
    left join designated on forces.force = designated.force
    left join shares on forces.force = shares.force
)

select * from final
