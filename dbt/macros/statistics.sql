{#- Let the models that follow be planned with statistics. A large model names the columns
    that are joined or grouped by (`meta.statistics`): the rest, geometry above all,
    would take four times as long as they are worth. A model that was made anew in part
    (`meta.subject`) keeps those it has. -#}
{% macro gather_statistics() %}
    {%- set columns = model.config.meta.get('statistics') -%}
    {%- if model.config.meta.get('subject') and niche_since() is not none -%}
    select 1
    {%- else -%}
    analyze {{ this }} {{ '(' ~ columns | join(', ') ~ ')' if columns }}
    {%- endif -%}
{% endmacro %}
