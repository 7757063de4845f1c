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


{#- The age group, which decides the list of a person at risk. Who may be under 18 is
    treated so: somebody without a date of birth is, because hiding an adult does less
    harm, and so is somebody whose estimated date of birth is a little too early. -#}
{% macro age_group(person, figures) -%}
    {%- set age = age_on(person ~ '.date_of_birth', figures ~ '.as_of_date') -%}
    case
        when {{ age }} is null then 'age not known'
        when {{ age }} - {{ years_younger(person, figures) }}
            < {{ figures }}.listed_from_age
            then 'under 18'
        else 'adult'
    end
{%- endmacro %}


{#- How many years younger a person may be than their date of birth says. -#}
{% macro years_younger(person, figures) -%}
    case
        when {{ person }}.is_birth_date_estimated
            then coalesce({{ figures }}.estimated_birth_years, 0)
        else 0
    end
{%- endmacro %}


{#- True if an ending (`int_niche_endings`) is of what a person did in a crime. It ends
    suspicion, so it is never of a victim's or a witness's part. -#}
{% macro is_ending_of(endings, involvement, crime) -%}
    {{ involvement }}.side = 'causing harm'
        and {{ crime }}.occurrence_id = {{ endings }}.occurrence_id
        and {{ crime }}.sequence = {{ endings }}.sequence
        and {{ involvement }}.golden_id = {{ endings }}.golden_id
        and {{ crime }}.force = {{ endings }}.force
{%- endmacro %}
