-- Each hexagon with itself and the hexagons of its force that it touches.
{{ config(materialized='view') }}

with

cells as (
    select
        force,
        hexagon_id,
        i,
        j
    from {{ source('geo', 'hexagons') }}
),

final as (
    select
        cells.force,
        cells.hexagon_id as cell_id,
        neighbours.hexagon_id as neighbour_id
    from cells
    inner join {{ hexagon_steps() }}
        on abs(cells.i % 2) = steps.odd_column
    inner join cells as neighbours
        on cells.force = neighbours.force
        and cells.i + steps.di = neighbours.i
        and cells.j + steps.dj = neighbours.j
)

select * from final
