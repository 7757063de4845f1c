{#- A crime is named by its force, its month and the publisher's id. Anti-social
    behaviour has no id: its row in the month's file is its name. -#}
{% macro crime_key(relation) -%}
    {{ relation }}.force_month || '|'
    || coalesce({{ relation }}.crime_id, 'asb|' || {{ relation }}.row_number)
{%- endmacro %}


{#- The version of the definitions in force, as text for a column of a mart. -#}
{% macro definition_version() -%}
    (select max(crime_types.definition_version)
    from {{ ref('dim_crime_type') }} as crime_types)
{%- endmacro %}


{#- The first of the months that a force with records observes, as constants: what is
    known of the forces now. -#}
{% macro observed_since(force) -%}
    {%- set forces = ref('dim_force') -%}
    {%- if execute and is_built(forces) -%}
    case {{ force }}
        {%- for force, first in run_query(
            "select force, data_from from " ~ forces ~ " where source <> 'police_uk'"
        ).rows %}
        when '{{ force }}' then {{ "date '%s'" % first if first else 'null' }}
        {%- endfor %}
        else null::date
    end
    {%- else -%}
    null::date
    {%- endif -%}
{%- endmacro %}
