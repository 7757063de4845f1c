{#- Minutes of the day that a system writes, or people enter, where the time is not known
    (seed `default_minutes`). None is assumed: a minute is a default only where far more
    events start in it than in its neighbours (seed `time_rules`), by an excess that is
    beyond chance (chi-square).

    starts: a relation with the columns of `key` and minute_of_day, one row an event. -#}
{% macro default_minutes(starts, key='force') -%}
    {%- set keys = key.split(', ') -%}
    (
        with

        counted as (
            select
                {{ key }},
                minute_of_day,
                count(*) as events
            from {{ starts }} as starts
            where minute_of_day is not null
            group by {{ key }}, minute_of_day
        ),

        compared as (
            select
                {%- for column in keys %}
                counted.{{ column }},
                {%- endfor %}
                minutes.label,
                minutes.minute_of_day,
                counted.events,
                avg(coalesce(neighbours.events, 0)) as events_expected
            from {{ ref('default_minutes') }} as minutes
            inner join counted on minutes.minute_of_day = counted.minute_of_day
            left join counted as neighbours
                on minutes.neighbour_minute_of_day = neighbours.minute_of_day
                {%- for column in keys %}
                and counted.{{ column }} = neighbours.{{ column }}
                {%- endfor %}
            group by
                {%- for column in keys %}
                counted.{{ column }},
                {%- endfor %}
                minutes.label,
                minutes.minute_of_day,
                counted.events
        )

        select
            {%- for column in keys %}
            compared.{{ column }},
            {%- endfor %}
            compared.label,
            compared.minute_of_day,
            compared.events,
            compared.events_expected::double precision as events_expected,
            compared.events >= rules.default_excess * compared.events_expected
            and power(compared.events - compared.events_expected, 2)
            >= rules.default_chi_square * greatest(compared.events_expected, 1)
                as is_default
        from compared
        cross join {{ latest_definition(ref('time_rules')) }} as rules
    )
{%- endmacro %}


{#- True if a crime starts at a minute that its force's system writes for "not known", and
    its window does not say that somebody meant it. As constants, because what reads
    crimes of one force must not join to find out. -#}
{% macro is_default_start(crimes) -%}
    {%- set defaults = held_default_minutes() if execute else [] -%}
    {%- if defaults | length -%}
    coalesce(
        case {{ crimes }}.force
            {%- for force, minutes in defaults %}
            when '{{ force }}' then {{ crimes }}.default_minute in ({{ minutes }})
            {%- endfor %}
        end,
        false
    )
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}


{#- The forces with such minutes: (force, minutes as a list of numbers). -#}
{% macro held_default_minutes() -%}
    {%- set minutes = ref('int_niche_default_minutes') -%}
    {%- if is_built(minutes) -%}
        {{ return(run_query(
            "select force, string_agg(minute_of_day::text, ', ' order by minute_of_day)"
            " from " ~ minutes ~ " where is_default group by force order by force"
        ).rows) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}


{#- The day of a crime: the operational day, or the day that the source wrote if the hour
    is a default. -#}
{% macro day_of_crime() -%}
    case
        when {{ is_default_start('crimes') }} then crimes.occurred_date
        else crimes.operational_date
    end
{%- endmacro %}


{#- The minute of the day at which a crime starts, if it may be one that stands for "not
    known": a whole minute, of a window that is one instant or long. Null otherwise. For
    a relation with occurred_from, clock, is_day_only and window_hours. -#}
{% macro possible_default_minute() -%}
    case
            when not is_day_only
                and extract(second from occurred_from) = 0
                and (
                    window_hours = 0
                    or window_hours >= {{ var('default_window_hours') }}
                )
                then {{ minute_of_day('(occurred_from at time zone clock)') }}
        end
{%- endmacro %}


{#- True if a crime's window is short enough to tell the hour. -#}
{% macro is_hour_known() -%}
    coalesce(
            window_hours <= {{ var('known_time_hours') }} and not is_day_only, false
        )
{%- endmacro %}
