-- One row a place of a force whose records have days, with what a briefing says of it:
-- rank, counts, peak hours, kinds of crime, what is near, why it is hot.
{{
    config(
        tags=['instants'],
        indexes=[{'columns': ['force', 'rank']}],
    )
}}

with

places as (
    select * from {{ ref('hot_places') }}
),

counts as (
    select * from {{ ref('place_counts') }}
    where patrol_window = 'all'
        and crimes_six_years > 0
),

zones as (
    select
        counts.hexagon_id,
        string_agg(
            zones.zone_name || ' (' || round(zones.walk_minutes) || ' min)',
            ', ' order by zones.rank
        ) as patrol_zones
    from counts
    inner join places on counts.hexagon_id = places.hexagon_id
    inner join {{ source('places', 'patrol_zones') }} as zones
        on places.designation_id = zones.designation_id
        and st_intersects(places.geom, zones.streets_geom)
    group by counts.hexagon_id
),

institutions as (
    select distinct on (places.hexagon_id)
        places.hexagon_id,
        institutions.name || ', '
        || round(st_distance(places.geom, institutions.geom)) || ' m'
            as institution_near
    from places
    inner join {{ source('geo', 'institutions') }} as institutions
        on places.force = institutions.force
        and st_dwithin(
            places.geom, institutions.geom, {{ var('institution_near_m') }}
        )
    order by places.hexagon_id, st_distance(places.geom, institutions.geom)
),

final as (
    select
        {{ profile_columns() }}
    from counts
    inner join places on counts.hexagon_id = places.hexagon_id
    inner join {{ ref('dim_force') }} as forces on counts.force = forces.force
    left join {{ ref('place_peaks') }} as peaks on counts.hexagon_id = peaks.hexagon_id
    left join zones on counts.hexagon_id = zones.hexagon_id
    left join institutions on counts.hexagon_id = institutions.hexagon_id
)

select * from final
