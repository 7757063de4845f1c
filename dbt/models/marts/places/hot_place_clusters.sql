-- Where serious violence clusters: Gi* of each cell of the grid with some in it or
-- beside it. A layer to check hot places against; nothing is selected by it. A hexagon
-- that was placed freely has the row of the cell that its middle lies in.
{{ config(tags=['niche_rms']) }}

with

rules as (
    select * from {{ latest_definition(ref('cluster_rules')) }} as held
),

counted as (
    select
        cell_id,
        count(*)::integer as crimes
    from {{ ref('place_crimes') }}
    where is_place_event
        and not is_at_institution
    group by cell_id
),

cells as (
    select
        hexagons.force,
        hexagons.hexagon_id as cell_id,
        coalesce(counted.crimes, 0) as value
    from {{ source('geo', 'hexagons') }} as hexagons
    left join counted on hexagons.hexagon_id = counted.cell_id
),

scored as (
    select * from {{ gi_star('cells', ref('hexagon_neighbours')) }} as clusters
),

judged as (
    select * from {{ with_significance('scored', 'gi_star') }} as tested
),

final as (
    select
        judged.force,
        shapes.hexagon_id,
        case
            when judged.p_adjusted > rules.false_discovery_rate then 'no cluster'
            when judged.gi_star > 0 then 'hot'
            else 'cold'
        end as cluster,
        rules.definition_version,
        judged.value as crimes,
        judged.value_around::integer as crimes_around,
        judged.gi_star,
        judged.p_value,
        judged.p_adjusted
    from judged
    inner join {{ source('places', 'shapes') }} as shapes
        on judged.cell_id = shapes.cell_id
        and judged.force = shapes.force
    cross join rules
    where judged.value_around > 0
)

select * from final
