{#- The crimes that the rules on people look at. -#}
{% macro listed_scope() -%}
    (is_serious_violence or is_knife_recorded or is_knife_possession)
{%- endmacro %}


{#- What counts about people, one row a person, crime and side (causing harm, harmed), with
    the strongest evidence and the harm whole and divided; of the involvements that
    `scope` lets through. -#}
{% macro person_crimes(scope='true') -%}
    with

    tiers as (
        select * from {{ latest_definition(ref('evidence_tiers')) }} as held
    ),

    strongest as (
        select distinct on (force, crime_id, person_id, side) *
        from {{ ref('int_counted_involvements') }}
        where {{ scope }}
        order by force, crime_id, person_id, side, evidence_tier desc, role
    ),

    final as (
        select
            strongest.*,
            coalesce(suspects.co_suspects, 1) as co_suspects,
            coalesce(tiers.evidence, strongest.role) as evidence,
            coalesce(tiers.is_evidential, false) as is_evidential,
            coalesce(tiers.evidence_weight, 0) as evidence_weight,
            trim_scale(round(
                strongest.harm_days / coalesce(suspects.co_suspects, 1), 6
            )) as harm_days_split
        from strongest
        left join tiers
            on strongest.side = 'causing harm'
            and strongest.evidence_tier = tiers.evidence_tier
        left join {{ ref('int_crime_suspects') }} as suspects
            on strongest.side = 'causing harm'
            and strongest.force = suspects.force
            and strongest.crime_id = suspects.crime_id
    )

    select * from final
{%- endmacro %}
