{#- Let the models that follow be planned with statistics. A large model names the columns
    that are joined or grouped by (`meta.statistics`): the rest, geometry above all,
    would take four times as long as they are worth. -#}
{% macro gather_statistics() %}
    {%- set columns = model.config.meta.get('statistics') -%}
    analyze {{ this }} {{ '(' ~ columns | join(', ') ~ ')' if columns }}
{% endmacro %}
