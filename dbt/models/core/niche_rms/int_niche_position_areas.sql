-- The areas of each position, one in each area set of its force.
{{
    config(
        indexes=[{'columns': ['position_id', 'force'], 'unique': true}],
        meta={'subject': 'position', 'inputs': ['ground', 'settings']},
    )
}}

with

positions as (
    select * from {{ ref('int_niche_positions') }}
    where geocode_quality in {{ area_qualities() }}
        and {{ niche_only_changed('position') }}
),

pieces as (
    select * from {{ ref('int_niche_area_pieces') }}
),

at_point as (
    select distinct on (positions.force, positions.position_id, pieces.area_set)
        positions.force,
        positions.position_id,
        pieces.area_id,
        pieces.is_default_set
    from positions
    inner join pieces
        on st_intersects(pieces.geom, positions.geom)
        and positions.force = pieces.force
    order by
        positions.force, positions.position_id, pieces.area_set, pieces.area_id
),

final as (
    select
        position_id,
        force,
        max(area_id) filter (where is_default_set) as area_id,
        array_agg(area_id order by area_id) as area_ids
    from at_point
    group by position_id, force
)

select * from final
