{#- Whether a model has been built. The models of a source that never landed are left out
    of a run; what reads both sources asks for what there is. -#}
{% macro is_built(relation) -%}
    {%- if execute -%}
        {{ return(load_relation(relation) is not none) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}


{#- The forces that records-management extracts have come of. Their crimes are counted
    from these only: the published ones are the same crimes, made coarse. -#}
{% macro niche_forces() -%}
    (select distinct niche_files.force
    from {{ ref('stg_niche__files') }} as niche_files)
{%- endmacro %}
