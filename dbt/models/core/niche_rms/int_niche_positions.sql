-- The point, hexagon and quality of each given position. A point without a hexagon is
-- tried with easting and northing swapped, and as degrees.
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
    select * from {{ ref('int_niche_given_cells') }}
    where {{ is_changed('position_id') }}
),

readings as materialized (
    select
        given.force,
        given.position_id,
        readings.preference,
        readings.reading,
        readings.geom,
        cell.i,
        cell.j
    from given
    inner join {{ source('niche_ops', 'niche_mappings') }} as mappings
        on given.force = mappings.force
    cross join lateral {{ other_readings('given', 'mappings') }} as readings
    cross join lateral {{ nearest_cell('readings.geom') }} as cell
    where given.hexagon_id is null
        and not given.is_default_point
),

mended as (
    select distinct on (readings.force, readings.position_id)
        readings.*,
        hexagons.hexagon_id
    from readings
    inner join {{ source('geo', 'hexagons') }} as hexagons
        on readings.force = hexagons.force
        and readings.i = hexagons.i
        and readings.j = hexagons.j
    order by readings.force, readings.position_id, readings.preference
),

final as (
    select
        given.position_id,
        given.force,
        case
            when mended.reading = 'swapped' then mended.hexagon_id
            when not given.is_default_point then given.hexagon_id
        end as hexagon_id,
        given.premise_type,
        {{ position_quality('given', 'mended', 'forces') }} as geocode_quality,
        coalesce(mended.geom, given.geom) as geom
    from given
    left join mended
        on given.force = mended.force
        and given.position_id = mended.position_id
    left join {{ source('geo', 'forces') }} as forces on given.force = forces.force
)

select * from final
