{#- Aoristic analysis (Ratcliffe 2000): an event known to lie between two instants
    counts in each hour of the week by the share of the interval that the hour covers;
    the weights of one event add up to 1. Hours are those of a local clock, 0 (Monday
    00:00 to 00:59) to 167 (Sunday 23:00). The macros here use no context of dbt, so
    that tests and the bench render the same text that the models run. -#}


{#- The kind of an event's time. Without an end, with an end before the start, or with
    an end within a minute, the start is the time. An interval of a week or more does
    not show the hour. -#}
{% macro time_kind(starts, ends) -%}
    case
        when {{ starts }} is null then 'no start'
        when {{ ends }} is null then 'no end'
        when {{ ends }} < {{ starts }} then 'reversed'
        when {{ ends }} - {{ starts }} <= interval '1 minute' then 'exact'
        when {{ ends }} - {{ starts }} >= interval '168 hours' then 'a week or more'
        else 'interval'
    end
{%- endmacro %}


{#- Select (<key>, hour_of_week, weight) of the events of a relation with `key`,
    occurred_from, occurred_to (timestamptz) and clock (a time zone of whole hours); an
    event without a start has no rows.
    key: the columns that each row keeps, as text;
    clock_mode: 'absolute' measures intervals in elapsed time, so that the hour that the
        clocks skip gets nothing and the hour that they repeat gets both; 'wall'
        measures them in wall-clock time, as most published software does. -#}
{% macro aoristic_weights(events, key, clock_mode='absolute') -%}
    {%- if clock_mode == 'absolute' -%}
        {%- set starts, ends = 'occurred_from', 'occurred_to' -%}
        {%- set local_hour = '(pieces.hour at time zone clock)' -%}
    {%- else -%}
        {%- set starts = '(occurred_from at time zone clock)' -%}
        {%- set ends = '(occurred_to at time zone clock)' -%}
        {%- set local_hour = 'pieces.hour' -%}
    {%- endif -%}
    {%- set kind = time_kind(starts, ends) -%}
    (
        select
            {{ key }},
            {{ hour_of_week('(occurred_from at time zone clock)') }} as hour_of_week,
            1::double precision as weight
        from {{ events }}
        where {{ kind }} in ('exact', 'no end', 'reversed')
        union all
        select
            {{ key }},
            {{ hour_of_week(local_hour) }} as hour_of_week,
            extract(epoch from
                least({{ ends }}, pieces.hour + interval '1 hour')
                - greatest({{ starts }}, pieces.hour)
            )::double precision
            / extract(epoch from {{ ends }} - {{ starts }})::double precision as weight
        from {{ events }}
        cross join lateral generate_series(
            date_trunc('hour', {{ starts }}),
            {{ ends }} - interval '1 microsecond',
            interval '1 hour'
        ) as pieces (hour)
        where {{ kind }} = 'interval'
        union all
        select
            {{ key }},
            generate_series(0, 167)::smallint as hour_of_week,
            1 / 168::double precision as weight
        from {{ events }}
        where {{ kind }} = 'a week or more'
    )
{%- endmacro %}
