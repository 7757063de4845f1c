{#- One number for what `columns` of a relation hold, whatever the order of its rows;
    null columns count as empty. A change of any value changes it (but for a chance of
    one in four thousand million). -#}
{% macro fingerprint(columns) -%}
    coalesce(sum(hashtext(concat_ws('|', {{ columns }}))::bigint), 0)
{%- endmacro %}
