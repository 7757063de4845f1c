-- The areas of each position, one in each area set of its force: those of its hexagon,
-- or if a border crosses that, those of the point.
{{
    config(
        materialized='incremental',
        incremental_strategy='by_changed_key',
        unique_key=['force', 'position_id'],
        on_schema_change='fail',
        indexes=[{'columns': ['position_id', 'force'], 'unique': true}],
    )
}}

with

positions as (
    select * from {{ ref('int_niche_positions') }}
    where geocode_quality in {{ area_qualities() }}
        and {{ is_changed('position_id') }}
),

pieces as (
    select * from {{ ref('int_niche_area_pieces') }}
),

by_cell as (
    select
        positions.position_id,
        positions.force,
        cells.area_id,
        cells.area_ids
    from positions
    inner join {{ ref('int_niche_cell_areas') }} as cells
        on positions.hexagon_id = cells.hexagon_id
),

at_border as (
    select positions.*
    from positions
    left join {{ ref('int_niche_cell_areas') }} as cells
        on positions.hexagon_id = cells.hexagon_id
    where cells.hexagon_id is null
),

at_point as (
    select distinct on (at_border.force, at_border.position_id, pieces.area_set)
        at_border.force,
        at_border.position_id,
        pieces.area_id,
        pieces.is_default_set
    from at_border
    inner join pieces
        on st_intersects(pieces.geom, at_border.geom)
        and at_border.force = pieces.force
    order by
        at_border.force, at_border.position_id, pieces.area_set, pieces.area_id
),

by_point as (
    select
        position_id,
        force,
        max(area_id) filter (where is_default_set) as area_id,
        string_agg(area_id, '|' order by area_id) as area_ids
    from at_point
    group by position_id, force
),

final as (
    select * from by_cell
    union all
    select * from by_point
)

select * from final
