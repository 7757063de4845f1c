-- Each hexagon with itself and the hexagons of its force that it touches. The grid is
-- joined to itself with no step between, so that its statistics are known. Only the
-- clusters read it.
{{
    config(
        indexes=[{'columns': ['cell_id'], 'unique': true}],
        meta={'subject': 'whole', 'inputs': ['ground']},
    )
}}

select
    cells.force,
    cells.hexagon_id as cell_id,
    array_agg(neighbours.hexagon_id order by steps.di, steps.dj) as neighbour_ids
from {{ source('geo', 'hexagons') }} as cells
inner join {{ hexagon_steps() }}
    on abs(cells.i % 2) = steps.odd_column
inner join {{ source('geo', 'hexagons') }} as neighbours
    on cells.force = neighbours.force
    and cells.i + steps.di = neighbours.i
    and cells.j + steps.dj = neighbours.j
where {{ 'true' if niche_since() is none else 'false' }}
group by cells.force, cells.hexagon_id
