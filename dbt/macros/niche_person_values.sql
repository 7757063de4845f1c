{#- First and middle names as one text. -#}
{% macro forenames() -%}
    concat_ws(' ', forename, middle_names)
{%- endmacro %}


{#- An order of names: legal names before maiden names, aliases and nicknames; then the
    newest first. -#}
{% macro legal_name_first() -%}
    array_position(array['legal', 'maiden', 'alias', 'nickname'], name_type),
                modified_at desc,
                person_name_id
{%- endmacro %}


{#- The newest value of `column` among the records of one person: that of the record
    modified last which has one. -#}
{% macro newest_known(column) -%}
    (array_agg(persons.{{ column }} order by persons.modified_at desc, persons.person_id)
            filter (where persons.{{ column }} is not null))[1]
{%- endmacro %}


{#- All values of `column` in the records of one person; null if none has one. -#}
{% macro all_known(column) -%}
    array_agg(distinct persons.{{ column }} order by persons.{{ column }})
            filter (where persons.{{ column }} is not null)
{%- endmacro %}


{#- The value of `column` in the record with the surest date of birth: one that is not
    estimated, then the one modified last. -#}
{% macro surest_birth(column) -%}
    (array_agg(
            persons.{{ column }}
            order by
                coalesce(persons.is_birth_date_estimated, false),
                persons.modified_at desc,
                persons.person_id
        ) filter (where persons.date_of_birth is not null))[1]
{%- endmacro %}
