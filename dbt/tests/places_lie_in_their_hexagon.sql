-- A sample of one place in 256: the cell that was reckoned is the polygon it lies in,
-- and a place with no cell lies in none.
with

places as (
    select * from {{ ref('int_police_uk_places') }}
    where place_id::text like '00%'
        and geom is not null
)

select
    places.place_id,
    places.hexagon_id,
    hexagons.hexagon_id as hexagon_at_point
from places
left join {{ source('geo', 'hexagons') }} as hexagons
    on st_intersects(hexagons.geom, places.geom)
    and places.force = hexagons.force
where places.hexagon_id is distinct from hexagons.hexagon_id
    and coalesce(
        not st_dwithin(st_boundary(hexagons.geom), places.geom, 0.001), true
    )
