-- The hexagons of each force's designation that is open: the version published last,
-- for day and night together.
{{
    config(
        indexes=[{'columns': ['hexagon_id'], 'unique': true}],
    )
}}

with

designations as (
    select * from {{ source('places', 'designations') }}
    where valid_to is null and patrol_window = 'all'
),

hexagons as (
    select * from {{ source('places', 'designated_hexagons') }}
),

hot_spots as (
    select * from {{ source('places', 'hot_spots') }}
),

final as (
    select
        hexagons.hexagon_id,
        designations.force,
        designations.designation_id,
        hexagons.hot_spot_id,
        hot_spots.hot_spot_name
    from designations
    inner join hexagons on designations.designation_id = hexagons.designation_id
    left join hot_spots
        on hexagons.designation_id = hot_spots.designation_id
        and hexagons.hot_spot_id = hot_spots.hot_spot_id
)

select * from final
