{#- The rows of a versioned seed that hold: those with the latest `valid_from`. -#}
{% macro latest_definition(seed) -%}
    (
        select definitions.*
        from {{ seed }} as definitions
        where definitions.valid_from = (
            select max(versions.valid_from) from {{ seed }} as versions
        )
    )
{%- endmacro %}
