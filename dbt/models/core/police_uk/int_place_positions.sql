-- Hexagon and geocode quality of each place. A point's cell is the one with the nearest
-- middle, in one of two columns of the grid: 0.7 s for 43,000 places when it is
-- reckoned, 1.6 s by the polygons. A test holds a sample against the polygons.
{{
    config(
        indexes=[{'columns': ['place_id'], 'unique': true}],
        meta={'statistics': ['place_id']},
    )
}}

with

places as (
    select * from {{ ref('int_places') }}
),

default_points as (
    select * from {{ ref('default_points') }}
),

forces as (
    select * from {{ source('geo', 'forces') }}
),

hexagons as (
    select * from {{ source('geo', 'hexagons') }}
),

cells as (
    select distinct on (places.place_id)
        places.place_id,
        places.force,
        grid.i,
        grid.j
    from places
    cross join lateral {{ nearest_cells('places.geom') }} as grid
    where places.geom is not null
    order by places.place_id, grid.distance_squared, grid.i, grid.j
),

place_hexagons as (
    select
        cells.place_id,
        hexagons.hexagon_id
    from cells
    inner join hexagons
        on cells.force = hexagons.force
        and cells.i = hexagons.i
        and cells.j = hexagons.j
),

final as (
    select
        places.place_id,
        place_hexagons.hexagon_id,
        {{
            geocode_quality(
                is_default_point='default_points.force is not null',
                is_near_force=(
                    'place_hexagons.hexagon_id is not null or forces.geom is null '
                    ~ 'or coalesce(st_dwithin(forces.geom, places.geom, '
                    ~ var('outside_force_m') ~ '), false)'
                ),
            )
        }} as geocode_quality
    from places
    left join place_hexagons on places.place_id = place_hexagons.place_id
    left join forces on places.force = forces.force
    left join default_points
        on default_points.force in ('any', places.force)
        and places.longitude = default_points.longitude
        and places.latitude = default_points.latitude
)

select * from final
