{#- First and middle names as one text. -#}
{% macro forenames() -%}
    concat_ws(' ', forename, middle_names)
{%- endmacro %}


{#- Legal names come before maiden names, aliases and nicknames; then the newest. -#}
{% macro legal_name_first() -%}
    array_position(array['legal', 'maiden', 'alias', 'nickname'], name_type),
                modified_at desc,
                person_name_id
{%- endmacro %}


{#- Of the records of one person the value of the record that was modified last and has
    one. -#}
{% macro newest_known(column) -%}
    (array_agg(persons.{{ column }} order by persons.modified_at desc, persons.person_id)
            filter (where persons.{{ column }} is not null))[1]
{%- endmacro %}


{#- Every value that the records of one person have; null where none has one. -#}
{% macro all_known(column) -%}
    array_agg(distinct persons.{{ column }} order by persons.{{ column }})
            filter (where persons.{{ column }} is not null)
{%- endmacro %}


{#- Of the records that have a day of birth the one that does not estimate it, then the
    one that was modified last. -#}
{% macro surest_birth(column) -%}
    (array_agg(
            persons.{{ column }}
            order by
                coalesce(persons.is_birth_date_estimated, false),
                persons.modified_at desc,
                persons.person_id
        ) filter (where persons.date_of_birth is not null))[1]
{%- endmacro %}
