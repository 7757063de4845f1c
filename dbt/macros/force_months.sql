{#- Delete the force-months that are out of date, before the model adds those that are not
    there. The publisher's file is a full snapshot of a force-month, so a force-month is
    out of date if its file is no longer the current one, or if the outcome files of its
    force have changed. An incremental run ends where a full one would, also after a
    delivery was replaced or withdrawn. -#}
{% macro delete_stale_force_months() %}
    {%- set files = ref('stg_police_uk__files') -%}
    {%- set outcome_files = ref('int_outcome_files') -%}
    {% if is_incremental() %}
        delete from {{ this }} as built
        where not exists (
            select 1
            from {{ files }} as files
            inner join {{ outcome_files }} as outcome_files
                on files.force = outcome_files.force
            where files.file_id = built.file_id
                and outcome_files.outcome_files_version
                is not distinct from built.outcome_files_version
        )
    {% else %}
        select 1
    {% endif %}
{% endmacro %}
