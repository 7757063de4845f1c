{#- The fields `name:form[:terms]`, or `name:form:bounds[:start]` of a date, as a list of
    {name, form, terms, bounds, start, has_day_only}. What has bounds `event` or `report`
    has an hour that matters. -#}
{% macro niche_words(fields) -%}
    {%- set words = [] -%}
    {%- for field in fields -%}
        {%- set parts = field.split(':') -%}
        {%- set is_date = parts[1] in ('instant', 'day', 'birth') -%}
        {%- do words.append({
            'name': parts[0],
            'form': parts[1],
            'terms': parts[2] if parts | length > 2 and not is_date else none,
            'bounds': parts[2] if is_date else none,
            'start': parts[3] if parts | length > 3 else none,
            'has_day_only': parts[1] == 'instant' and parts[2] in ('event', 'report'),
        }) -%}
    {%- endfor -%}
    {{ return(words) }}
{%- endmacro %}


{#- One column, typed by the force's own formats: times by its clock (an hour that
    occurs twice in autumn is the second one), coordinates in metres, a code as its
    term, whatever its case and the blanks around it. A code without a term in the
    mapping goes to the column `<name>_code`. A text of blanks is empty. An event or a
    report that is written as a day only is the first instant of that day, and
    `<name>_is_day` is true. -#}
{% macro niche_typed(field) -%}
    {%- set raw = 'rows.' ~ field.name -%}
    {%- if field.form == 'instant' -%}
    to_timestamp({{ trimmed(raw) }}, rows.instant_template)
            at time zone 'UTC' at time zone rows.clock as {{ field.name }}
        {%- if field.has_day_only %},
        length({{ trimmed(raw) }}) <= {{ longest_day() }} as {{ field.name }}_is_day,
        to_timestamp({{ trimmed(raw) }}, rows.instant_template)
            at time zone 'UTC' as {{ field.name }}_written
        {%- endif %}
    {%- elif field.form == 'day' -%}
    to_date({{ trimmed(raw) }}, rows.day_template) as {{ field.name }}
    {%- elif field.form == 'birth' -%}
    {{ birth_date(raw, 'rows.day_template') }} as {{ field.name }},
        {{ birth_precision(raw) }} as {{ field.name }}_precision
    {%- elif field.form == 'flag' -%}
    case
            when {{ raw }} = rows.yes then true
            when {{ raw }} = rows.no then false
            when ops.code_key({{ raw }}) = ops.code_key(rows.yes) then true
            when ops.code_key({{ raw }}) = ops.code_key(rows.no) then false
        end as {{ field.name }}
    {%- elif field.form == 'whole' -%}
    {{ raw }}::integer as {{ field.name }}
    {%- elif field.form == 'metres' -%}
    {{ raw }}::double precision / rows.coordinate_scale as {{ field.name }}
    {%- elif field.form == 'code' -%}
    {{ field.name }}_terms.term as {{ field.name }},
        case when {{ field.name }}_terms.term is null
            then nullif(ops.code_key({{ raw }}), '')
        end as {{ field.name }}_code
    {%- elif field.form == 'codes' -%}
    {{ field.name }}_lists.terms as {{ field.name }},
        {{ field.name }}_lists.unmapped as {{ field.name }}_code
    {%- elif field.form == 'text' -%}
    nullif({{ trimmed(raw) }}, '') as {{ field.name }}
    {%- else -%}
    {{ raw }}
    {%- endif -%}
{%- endmacro %}


{#- A text without the blanks around it, like `ops.code_key`. The contract of the source
    (`BLANKS`) passes over the same ones. -#}
{% macro trimmed(raw) -%}
    btrim({{ raw }}, E' \t\r\n\u00a0')
{%- endmacro %}


{#- The names of the columns that a field gives. -#}
{% macro niche_columns(field) -%}
    {%- set names = [field.name] -%}
    {%- if field.terms %}{% do names.append(field.name ~ '_code') %}{% endif -%}
    {%- if field.has_day_only %}{% do names.append(field.name ~ '_is_day') %}{% endif -%}
    {%- if field.form == 'birth' %}{% do names.append(field.name ~ '_precision') %}{% endif -%}
    {{ return(names) }}
{%- endmacro %}


{#- The join of a code, or of a string of several codes, with its terms. An empty code is
    the code `""` of the mapping. -#}
{% macro niche_terms_join(field) -%}
    {%- if field.form == 'codes' -%}
    left join {{ field.name }}_lists
        on rows.force = {{ field.name }}_lists.force
        and rows.{{ field.name }} = {{ field.name }}_lists.codes
    {%- else -%}
    left join {{ source('niche_ops', 'niche_terms') }} as {{ field.name }}_terms
        on rows.force = {{ field.name }}_terms.force
        and coalesce(ops.code_key(rows.{{ field.name }}), '')
        = {{ field.name }}_terms.code
        and {{ field.name }}_terms.terms_table = '{{ field.terms }}'
    {%- endif -%}
{%- endmacro %}
