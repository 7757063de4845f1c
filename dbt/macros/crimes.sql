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
