{#- The fields `name:form[:terms]` as a list of {name, form, terms}. -#}
{% macro niche_words(fields) -%}
    {%- set words = [] -%}
    {%- for field in fields -%}
        {%- set parts = field.split(':') -%}
        {%- do words.append({
            'name': parts[0],
            'form': parts[1],
            'terms': parts[2] if parts | length > 2 else none,
        }) -%}
    {%- endfor -%}
    {{ return(words) }}
{%- endmacro %}


{#- One column, typed by the force's own formats: times by its clock (an hour that
    occurs twice in autumn is the second one), coordinates in metres, a code as its
    term. A code without a term in the mapping goes to the column `<name>_code`. -#}
{% macro niche_typed(field) -%}
    {%- set raw = 'rows.' ~ field.name -%}
    {%- if field.form == 'instant' -%}
    to_timestamp({{ raw }}, rows.instant_template)
            at time zone 'UTC' at time zone rows.clock as {{ field.name }}
    {%- elif field.form == 'day' -%}
    to_date({{ raw }}, rows.day_template) as {{ field.name }}
    {%- elif field.form == 'flag' -%}
    case {{ raw }} when rows.yes then true when rows.no then false end
            as {{ field.name }}
    {%- elif field.form == 'whole' -%}
    {{ raw }}::integer as {{ field.name }}
    {%- elif field.form == 'metres' -%}
    {{ raw }}::double precision / rows.coordinate_scale as {{ field.name }}
    {%- elif field.form == 'code' -%}
    {{ field.name }}_terms.term as {{ field.name }},
        case when {{ field.name }}_terms.term is null then {{ raw }} end
            as {{ field.name }}_code
    {%- elif field.form == 'codes' -%}
    {{ field.name }}_lists.terms as {{ field.name }},
        {{ field.name }}_lists.unmapped as {{ field.name }}_code
    {%- else -%}
    {{ raw }}
    {%- endif -%}
{%- endmacro %}


{#- The join of a code, or of a string of several codes, with its terms. -#}
{% macro niche_terms_join(field) -%}
    {%- if field.form == 'codes' -%}
    left join {{ field.name }}_lists
        on rows.force = {{ field.name }}_lists.force
        and rows.{{ field.name }} = {{ field.name }}_lists.codes
    {%- else -%}
    left join {{ source('niche_ops', 'niche_terms') }} as {{ field.name }}_terms
        on rows.force = {{ field.name }}_terms.force
        and rows.{{ field.name }} = {{ field.name }}_terms.code
        and {{ field.name }}_terms.terms_table = '{{ field.terms }}'
    {%- endif -%}
{%- endmacro %}
