{#- True for the crimes that the rules on people count. -#}
{% macro listed_scope() -%}
    (is_serious_violence or is_knife_recorded or is_knife_possession)
{%- endmacro %}


{#- One row for each person, crime and side (causing harm, harmed) of the relation
    `parts`, with the strongest evidence and the harm, whole and divided among
    co-suspects. `scope` restricts the crimes.

    With a scope, co-suspects are counted in the query itself. Without one the relation
    is read for one person at a time, so they come from `int_crime_suspects`, which has
    the crimes with several suspects. -#}
{% macro person_crimes(parts, scope=none) -%}
    with

    tiers as (
        select * from {{ latest_definition(ref('evidence_tiers')) }} as held
    ),

    strongest as (
        select distinct on (force, crime_id, person_id, side) *
        from {{ parts }}
        {%- if scope %}
        where {{ scope }}
        {%- endif %}
        order by force, crime_id, person_id, side, evidence_tier desc, role
    ),

    shared as (
        select
            strongest.*,
            case when strongest.side = 'causing harm' then
                {%- if scope %}
                count(*) filter (where strongest.side = 'causing harm')
                    over (partition by strongest.force, strongest.crime_id)::integer
                {%- else %}
                coalesce(suspects.co_suspects, 1)
                {%- endif %}
                else 1
            end as co_suspects
        from strongest
        {%- if not scope %}
        left join {{ ref('int_crime_suspects') }} as suspects
            on strongest.side = 'causing harm'
            and strongest.force = suspects.force
            and strongest.crime_id = suspects.crime_id
        {%- endif %}
    ),

    final as (
        select
            shared.*,
            coalesce(tiers.evidence, shared.role) as evidence,
            coalesce(tiers.is_evidential, false) as is_evidential,
            coalesce(tiers.evidence_weight, 0) as evidence_weight,
            trim_scale(round(shared.harm_days / shared.co_suspects, 6))
                as harm_days_split
        from shared
        left join tiers
            on shared.side = 'causing harm'
            and shared.evidence_tier = tiers.evidence_tier
    )

    select * from final
{%- endmacro %}
