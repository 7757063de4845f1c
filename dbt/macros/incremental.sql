{#- The publisher's file is a full snapshot of a force-month. Before new rows come in,
    whatever was built from a file that is no longer the current one, or from other
    definitions, geography or outcomes than today's, goes; the model then adds each
    force-month that is not there. So an incremental run ends where a full one would,
    also after a delivery was replaced or withdrawn. -#}
{% macro forget_stale_force_months() %}
    {%- set files = ref('stg_police_uk__files') -%}
    {%- set inputs = ref('int_force_inputs') -%}
    {% if is_incremental() %}
        delete from {{ this }} as built
        where not exists (
            select 1
            from {{ files }} as files
            inner join {{ inputs }} as inputs
                on files.force = inputs.force
            where files.file_id = built.file_id
                and inputs.inputs_version = built.inputs_version
        )
    {% else %}
        select 1
    {% endif %}
{% endmacro %}
