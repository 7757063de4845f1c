{#- Completed years of age on a day; null if the date of birth is not known. -#}
{% macro age_on(date_of_birth, day) -%}
    extract(year from age({{ day }}, {{ date_of_birth }}))::integer
{%- endmacro %}


{#- The current row of `people_figures` for each force, with the instant of the force's
    data. Every rule on people needs both. -#}
{% macro people_figures() -%}
    (
        select
            moments.force,
            moments.clock,
            moments.as_of,
            moments.as_of_date,
            figures.*
        from {{ ref('people_as_of') }} as moments
        cross join {{ latest_definition(ref('people_figures')) }} as figures
    )
{%- endmacro %}


{#- True if a person can be on a list: not an officer or member of staff, not
    restricted, not dead. -#}
{% macro can_be_listed(person) -%}
    not {{ person }}.is_official
        and not {{ person }}.is_restricted
        and {{ person }}.deceased_on is null
{%- endmacro %}


{#- The first day on which an event no longer counts. -#}
{% macro months_after(day, months) -%}
    ({{ day }} + make_interval(months => {{ months }}))::date
{%- endmacro %}


{#- True if an event is far enough before the person's newest to be a separate one. -#}
{% macro is_apart() -%}
    event_at <= last_event_at - make_interval(hours => hours_apart)
{%- endmacro %}


{#- Months in days; a month is a twelfth of 365.25 days. -#}
{% macro days_of_months(months) -%}
    {{ months }} * 365.25 / 12
{%- endmacro %}


{#- The age group, which decides the list of a person at risk. Somebody without a date
    of birth is treated like the young, because hiding an adult does less harm. -#}
{% macro age_group(age, listed_from_age) -%}
    case
        when {{ age }} is null then 'age not known'
        when {{ age }} < {{ listed_from_age }} then 'under 18'
        else 'adult'
    end
{%- endmacro %}
