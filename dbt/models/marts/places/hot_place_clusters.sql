-- Where serious violence clusters: Gi* of each hexagon with some in it or beside it. A
-- layer to check hot places against; nothing is selected by it.
{{ config(tags=['niche_rms']) }}

with

rules as (
    select * from {{ latest_definition(ref('cluster_rules')) }} as held
),

cells as (
    select
        hexagons.force,
        hexagons.hexagon_id as cell_id,
        coalesce(scores.crimes, 0) as value
    from {{ source('geo', 'hexagons') }} as hexagons
    left join {{ ref('place_scores') }} as scores
        on hexagons.hexagon_id = scores.hexagon_id
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
        judged.cell_id as hexagon_id,
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
    cross join rules
    where judged.value_around > 0
)

select * from final
