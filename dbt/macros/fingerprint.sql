{#- One number for the values of `columns` in a relation, whatever the order of its
    rows; null columns count as empty. A change of a value leaves it the same only with
    a chance of one in four thousand million. -#}
{% macro fingerprint(columns) -%}
    coalesce(sum(hashtext(concat_ws('|', {{ columns }}))::bigint), 0)
{%- endmacro %}
