-- The point of each given position as it was given, and the hexagon that it lies in.
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

given as (
    select
        *,
        st_setsrid(st_makepoint(x, y), {{ var('grid_srid') }}) as geom
    from {{ ref('int_niche_given_positions') }}
    where {{ is_changed('position_id') }}
),

cells as (
    {{ with_nearest_cell('given') }}
),

final as (
    select
        cells.position_id,
        cells.force,
        hexagons.hexagon_id,
        cells.premise_type,
        cells.x,
        cells.y,
        cells.is_confirmed,
        default_points.label is not null as is_default_point,
        cells.geom
    from cells
    left join {{ source('geo', 'hexagons') }} as hexagons
        on cells.force = hexagons.force
        and cells.i = hexagons.i
        and cells.j = hexagons.j
    left join {{ source('niche_ops', 'niche_default_points') }} as default_points
        on cells.force = default_points.force
        and cells.x = default_points.x
        and cells.y = default_points.y
)

select * from final
