-- The crimes that count, by the place that people see: `hexagon_id` is the hexagon that
-- was placed freely if the crime lies in one, else the cell of the grid; `cell_id` is
-- the cell in any case. In two parts, so that PostgreSQL finds the crimes of a place by
-- the index on their cell.
{{ config(materialized='view', post_hook=[]) }}

{%- set columns = crime_columns() | reject('equalto', 'hexagon_id') | list %}

select
    {{ 'crimes.' ~ columns | join(',\n    crimes.') }},
    crimes.hexagon_id as cell_id,
    crimes.hexagon_id
from {{ ref('fct_crime') }} as crimes
left join {{ ref('placed_locations') }} as placed on crimes.place_id = placed.place_id
where placed.place_id is null
union all
select
    {{ 'crimes.' ~ columns | join(',\n    crimes.') }},
    crimes.hexagon_id as cell_id,
    placed.hexagon_id
from {{ ref('placed_locations') }} as placed
inner join {{ ref('fct_crime') }} as crimes
    on placed.cell_id = crimes.hexagon_id
    and placed.place_id = crimes.place_id
