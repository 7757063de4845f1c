{#- The moment at which the month that begins on a date is over, by the local clock. -#}
{% macro end_of_month(first_day) -%}
    (({{ first_day }} + interval '1 month') at time zone '{{ var("time_zone") }}')
{%- endmacro %}


{#- The hour of the week of a local time. -#}
{% macro hour_of_week(local_time) -%}
    ((extract(isodow from {{ local_time }}) - 1) * 24
    + extract(hour from {{ local_time }}))::smallint
{%- endmacro %}


{#- Minutes after midnight of a local time. -#}
{% macro minute_of_day(local_time) -%}
    (extract(hour from {{ local_time }}) * 60
    + extract(minute from {{ local_time }}))::integer
{%- endmacro %}


{#- An instant as a reader's clock shows it, without a time zone: Superset shows it as it
    stands. Every instant of a page is given so.
    clock: SQL for the time zone of the force; without it the variable `time_zone`. -#}
{% macro local_time(instant, clock=none) -%}
    ({{ instant }} at time zone {{ clock or "'" ~ var('time_zone') ~ "'" }})
{%- endmacro %}
