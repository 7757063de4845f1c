-- The locations of crime that lie in a hexagon that was placed freely, of the
-- designation in force. On a side that two share, it is that of the one that was taken
-- first. Empty where all forces designate cells of the grid.
{{
    config(
        indexes=[
            {'columns': ['place_id'], 'unique': true},
            {'columns': ['hexagon_id']},
        ],
    )
}}

with

shapes as (
    select * from {{ source('places', 'shapes') }}
    where is_placed
),

cells as (
    select * from {{ source('geo', 'hexagons') }}
),

locations as (
    select * from {{ ref('dim_place') }}
),

-- The cells are compared first, because a location knows its cell.
under_shapes as (
    select
        shapes.hexagon_id,
        shapes.designation_order,
        shapes.geom,
        cells.hexagon_id as cell_id
    from shapes
    inner join cells
        on st_intersects(shapes.geom, cells.geom)
        and shapes.force = cells.force
),

final as (
    select distinct on (locations.place_id)
        locations.place_id,
        under_shapes.cell_id,
        under_shapes.hexagon_id
    from under_shapes
    inner join locations
        on under_shapes.cell_id = locations.hexagon_id
        and st_intersects(under_shapes.geom, locations.geom)
    order by locations.place_id, under_shapes.designation_order
)

select * from final
