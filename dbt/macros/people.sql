{#- Completed years of age on a day; null where the birthday is not known. -#}
{% macro age_on(date_of_birth, day) -%}
    extract(year from age({{ day }}, {{ date_of_birth }}))::integer
{%- endmacro %}


{#- The rows of `people_figures` that hold, with the moment each force's data are of: the
    two things that every rule on people counts with. -#}
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


{#- Whether a person can be on any list at all: not an officer or member of staff, not
    behind restricted access, not dead. -#}
{% macro can_be_listed(person) -%}
    not {{ person }}.is_official
        and not {{ person }}.is_restricted
        and {{ person }}.deceased_on is null
{%- endmacro %}


{#- The day that an event of a day stops counting: it counts up to the day before. -#}
{% macro months_after(day, months) -%}
    ({{ day }} + make_interval(months => {{ months }}))::date
{%- endmacro %}


{#- Whether an event lies far enough before the person's newest to be another one. -#}
{% macro is_apart() -%}
    event_at <= last_event_at - make_interval(hours => hours_apart)
{%- endmacro %}


{#- Months as days, a month being a twelfth of 365.25 days. -#}
{% macro days_of_months(months) -%}
    {{ months }} * 365.25 / 12
{%- endmacro %}


{#- Whether somebody is old enough to be on the list of risk. Who has no birthday on
    record is kept apart with the young: hiding an adult does less harm. -#}
{% macro age_group(age, listed_from_age) -%}
    case
        when {{ age }} is null then 'age not known'
        when {{ age }} < {{ listed_from_age }} then 'under 18'
        else 'adult'
    end
{%- endmacro %}
