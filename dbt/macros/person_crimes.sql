{#- The crimes that the rules on people look at. -#}
{% macro listed_scope() -%}
    (is_serious_violence or is_knife_recorded or is_knife_possession)
{%- endmacro %}


{#- What `parts` in crimes say of people, one row a person, crime and side (causing harm,
    harmed), with the strongest evidence and the harm whole and divided; of the crimes
    that `scope` lets through, or of all. Among whom a crime's harm is divided is counted
    on the way where the crimes are some, and asked of `int_crime_suspects`, which has
    those of several people, where they are all, which is for one person at a time. -#}
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
