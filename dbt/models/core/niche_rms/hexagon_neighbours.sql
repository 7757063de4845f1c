-- Each hexagon with itself and the hexagons of its force that it touches. Neighbours
-- are looked up by index, cell by cell, because joining the grid with itself sorts a
-- million rows. Only the clusters read it.
{{
    config(
        indexes=[{'columns': ['cell_id'], 'unique': true}],
        materialized='incremental',
        incremental_strategy='append',
    )
}}

select
    cells.force,
    cells.hexagon_id as cell_id,
    (
        select array_agg(neighbours.hexagon_id order by steps.di, steps.dj)
        from {{ hexagon_steps() }}
        inner join {{ source('geo', 'hexagons') }} as neighbours
            on cells.i + steps.di = neighbours.i
            and cells.j + steps.dj = neighbours.j
        where cells.force = neighbours.force
            and abs(cells.i % 2) = steps.odd_column
    ) as neighbour_ids
from {{ source('geo', 'hexagons') }} as cells
{%- if is_incremental() %}
where false
{%- endif %}
