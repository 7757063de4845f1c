-- One row a force, for the headline figures. The latest month is compared with the one
-- before it on the calendar: after a gap in the months there is none.

with

forces as (
    select * from {{ ref('dim_force') }}
    where months_observed > 0
),

months as (
    select
        force,
        month,
        recency,
        lead(month) over (partition by force order by month)
        = month + interval '1 month' as is_followed
    from {{ ref('dim_force_month') }}
    where recency <= 2
),

latest as (
    select
        months.force,
        bool_or(months.recency = 2 and months.is_followed) as has_month_before,
        coalesce(sum(counts.crimes) filter (where months.recency = 1), 0)
            as crimes_latest_month,
        coalesce(sum(counts.crimes) filter (where months.recency = 2), 0)
            as crimes_month_before,
        coalesce(
            sum(counts.crimes)
            filter (where months.recency = 1 and counts.is_serious_violence),
            0
        ) as serious_violence_latest_month,
        coalesce(
            sum(counts.crimes)
            filter (where months.recency = 2 and counts.is_serious_violence),
            0
        ) as serious_violence_month_before
    from months
    left join {{ ref('int_crime_counts') }} as counts
        on months.force = counts.force
        and months.month = counts.month
    group by months.force
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
        case
            when latest.has_month_before then latest.crimes_month_before::integer
        end as crimes_month_before,
        latest.serious_violence_latest_month::integer as serious_violence_latest_month,
        case
            when latest.has_month_before
                then latest.serious_violence_month_before::integer
        end as serious_violence_month_before,
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
