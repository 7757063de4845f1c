{#- The golden ids that record linkage holds now, where it has run. -#}
{% macro linked_ids() -%}
    {%- set has_run = execute
        and run_query("select to_regclass('linkage.golden_ids') is not null")
            .columns[0].values()[0] -%}
    (
        select
            {%- if has_run %}
            force,
            person_id,
            golden_id::text as golden_id
        from linkage.golden_ids
        where effective_to is null
            {%- else %}
            null::text as force,
            null::text as person_id,
            null::text as golden_id
        where false
            {%- endif %}
    )
{%- endmacro %}
