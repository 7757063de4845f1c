-- Where each given position is: its point, its hexagon, and how good it is. A point
-- with no hexagon is tried with easting and northing swapped and as degrees.
{{
    config(
        indexes=[{'columns': ['position_id', 'force'], 'unique': true}],
        meta={'subject': 'position', 'inputs': ['ground', 'settings']},
    )
}}

with

given as (
    select
        given.*,
        default_points.label is not null as is_default_point,
        st_setsrid(st_makepoint(given.x, given.y), 27700) as geom
    from {{ ref('int_niche_given_positions') }} as given
    left join {{ source('niche_ops', 'niche_default_points') }} as default_points
        on given.force = default_points.force
        and given.x = default_points.x
        and given.y = default_points.y
    where {{ niche_only_changed('position', relation='given') }}
),

hexagons as (
    select * from {{ source('geo', 'hexagons') }}
),

as_given as (
    select
        given.*,
        hexagons.hexagon_id
    from given
    left join lateral {{ nearest_cell('given.geom') }} as cell on true
    left join hexagons
        on given.force = hexagons.force
        and cell.i = hexagons.i
        and cell.j = hexagons.j
),

mended as (
    select distinct on (strays.force, strays.position_id)
        strays.force,
        strays.position_id,
        readings.reading,
        readings.geom,
        hexagons.hexagon_id
    from as_given as strays
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on strays.force = mappings.force
    cross join lateral {{ other_readings('strays', 'mappings') }} as readings
    cross join lateral {{ nearest_cell('readings.geom') }} as cell
    inner join hexagons
        on strays.force = hexagons.force
        and cell.i = hexagons.i
        and cell.j = hexagons.j
    where strays.hexagon_id is null
        and not strays.is_default_point
    order by strays.force, strays.position_id, readings.preference
),

final as (
    select
        as_given.position_id,
        as_given.force,
        case
            when mended.reading = 'swapped' then mended.hexagon_id
            when not as_given.is_default_point then as_given.hexagon_id
        end as hexagon_id,
        as_given.premise_type,
        {{ position_quality('as_given', 'mended', 'forces') }} as geocode_quality,
        coalesce(mended.geom, as_given.geom) as geom
    from as_given
    left join mended
        on as_given.force = mended.force
        and as_given.position_id = mended.position_id
    left join {{ source('geo', 'forces') }} as forces on as_given.force = forces.force
)

select * from final
