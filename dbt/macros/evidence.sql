{#- The columns of every row of evidence: the person, the rule and the source. -#}
{% macro evidence_columns() -%}
    evidence.force,
        evidence.person_id,
        evidence.rule_id,
        entries.sentence as entry_rule,
        evidence.source_kind,
        evidence.source_id,
        evidence.occurrence_number,
        evidence.title,
        evidence.detail,
        entries.age_group,
        evidence.harm_days::double precision as harm_days
{%- endmacro %}


{#- The rows of evidence in `relation` for the people who meet their rule, but for those
    of restricted occurrences: `person_profile` counts them. -#}
{% macro evidence_of_entries(relation) -%}
    from {{ relation }} as evidence
    inner join {{ ref('int_people_entries') }} as entries
        on evidence.force = entries.force
        and evidence.rule_id = entries.rule_id
        and evidence.person_id = entries.person_id
    where {{ is_of_open_occurrence('evidence') }}
{%- endmacro %}
