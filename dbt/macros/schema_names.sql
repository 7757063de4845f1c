{#- A schema is named as it is configured, with no prefix: `core` is `core`. A transform
    builds the marts apart, in schemas with `marts_suffix`, and publishes them at its end
    (`rasure.transform.marts`). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = (custom_schema_name or target.schema) | trim -%}
    {{ name ~ var('marts_suffix') if name.startswith('marts') else name }}
{%- endmacro %}
