-- The areas of each hexagon that no border of an area crosses: all points in it are in
-- the same areas. In any other hexagon each point is looked up by itself.
{{
    config(
        indexes=[{'columns': ['hexagon_id'], 'unique': true}],
        materialized='incremental',
        incremental_strategy='append',
    )
}}

with

areas as (
    select * from {{ source('geo', 'areas') }}
    {%- if is_incremental() %}
    where false
    {%- endif %}
),

borders as materialized (
    select
        force,
        st_subdivide(st_boundary(geom), 64) as geom
    from areas
),

border_hexagons as materialized (
    select distinct hexagons.hexagon_id
    from borders
    inner join {{ source('geo', 'hexagons') }} as hexagons
        on st_intersects(hexagons.geom, borders.geom)
        and borders.force = hexagons.force
),

pieces as (
    select * from {{ ref('int_niche_area_pieces') }}
    {%- if is_incremental() %}
    where false
    {%- endif %}
),

-- The outline of a hexagon is compared too, because it has an index.
final as (
    select
        hexagons.force,
        hexagons.hexagon_id,
        max(pieces.area_id) filter (where pieces.is_default_set) as area_id,
        string_agg(distinct pieces.area_id, '|' order by pieces.area_id) as area_ids
    from pieces
    inner join {{ source('geo', 'hexagons') }} as hexagons
        on pieces.geom && hexagons.geom
        and st_intersects(pieces.geom, hexagons.centroid)
        and pieces.force = hexagons.force
    left join border_hexagons on hexagons.hexagon_id = border_hexagons.hexagon_id
    where border_hexagons.hexagon_id is null
    group by hexagons.force, hexagons.hexagon_id
)

select * from final
