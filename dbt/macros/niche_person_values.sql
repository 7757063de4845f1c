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


{#- How sure the date of birth of a record is: 1 for a day that is neither estimated nor
    what systems write for a year, else 2. -#}
{% macro birth_class(persons) -%}
    case
        when {{ persons }}.date_of_birth_precision = 'day'
            and not coalesce({{ persons }}.is_birth_date_estimated, false)
            then 1
        else 2
    end
{%- endmacro %}


{#- The value of `column` in the record with the surest date of birth: one of the first
    class before any other; of the first class that modified last, of the others that of
    the youngest. -#}
{% macro surest_birth(column) -%}
    (array_agg(
            persons.{{ column }}
            order by
                persons.birth_class,
                case when persons.birth_class > 1 then persons.youngest_birth end desc,
                persons.modified_at desc,
                persons.person_id
        ) filter (where persons.date_of_birth is not null))[1]
{%- endmacro %}
