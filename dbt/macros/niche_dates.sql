{#- What a date of a record can be. The seed `date_bounds` gives each kind of date its
    first and its last day, and the seed `date_stand_ins` the days that systems write
    where there is no date; a force's mapping may add some (`stand_in_days`). A date that
    cannot be is emptied, and `date_faults` of the record keeps the column and the
    reason. -#}


{#- The length of the longest text of a day: an instant is longer. -#}
{% macro longest_day() -%}
    10
{%- endmacro %}


{#- The CTE `date_bounds`: one row with the bounds of the kinds of date that the fields
    have, and the stand-ins. Dates from `usual_from` to the extract are what they say. -#}
{% macro niche_date_bounds(fields) -%}
{%- set kinds = fields | selectattr('bounds') | map(attribute='bounds') | unique | list -%}
bounds_held as (
    {{ holding('date_bounds', 'bounds') }}
),

stand_ins as (
    select
        array_agg(stand_in_day) as days,
        array_agg(stand_in_day) filter (where is_for_births) as days_of_births,
        max(stand_in_day) filter (where stand_in_day <= current_date) + 1 as usual_from
    from {{ latest_definition(ref('date_stand_ins')) }} as held
),

date_bounds as (
    select
        {%- for kind in kinds %}
        max(earliest) filter (where bounds = '{{ kind }}') as {{ kind }}_earliest,
        max(years_before) filter (where bounds = '{{ kind }}') as {{ kind }}_years_before,
        max(days_after) filter (where bounds = '{{ kind }}') as {{ kind }}_days_after,
        {%- endfor %}
        (select days from stand_ins) as days,
        (select days_of_births from stand_ins) as days_of_births,
        (select usual_from from stand_ins) as usual_from
    from bounds_held
),
{%- endmacro %}


{#- Why a date cannot be; null if it can. The date of a fact is kept (`kept` in the
    reason), unless it stands for no date: that somebody died or was eliminated holds,
    whatever day was typed. A fact with a start is an end, and may be planned. -#}
{% macro niche_date_fault(field) -%}
    {%- set value = 'rows.' ~ field.name -%}
    {%- set is_instant = field.form == 'instant' -%}
    {%- set day = '(' ~ value ~ ' at time zone rows.clock)::date' if is_instant else value -%}
    {%- set extracted = 'rows.extracted_at'
        if is_instant else '(rows.extracted_at at time zone rows.clock)::date' -%}
    {%- set kind = 'date_bounds.' ~ field.bounds -%}
    {%- set kept = ', kept' if field.bounds == 'fact' else '' -%}
    case
            when {{ value }} is null then null
            when {{ value }} >= date_bounds.usual_from
                and {{ value }} <= {{ extracted }}
                and rows.stand_in_days = '{}'
                {%- if field.bounds == 'birth' %}
                and {{ value }} > {{ extracted }} - interval '75 years'
                {%- endif %}
                {%- if field.start %}
                and coalesce({{ value }} >= rows.{{ field.start }}, true)
                {%- endif %} then null
            when {{ day }} = any(
                date_bounds.days{{ '_of_births' if field.bounds == 'birth' }}
                || rows.stand_in_days::date[]
            )
                then 'stands for no date'
            when {{ day }} < {{ kind }}_earliest
                then 'before ' || {{ kind }}_earliest{{ " || '" ~ kept ~ "'" if kept }}
            when {{ value }} < {{ extracted }}
                - make_interval(years => {{ kind }}_years_before)
                then 'more than ' || {{ kind }}_years_before
                    || ' years before the extract'
            {%- if not (field.start and field.bounds == 'fact') %}
            when {{ value }} > {{ extracted }}
                + make_interval(days => {{ kind }}_days_after)
                then 'after the extract{{ kept }}'
            {%- endif %}
            {%- if field.start %}
            when {{ value }} < rows.{{ field.start }}
                and rows.{{ field.start }} <= {{ extracted }}
                then 'before its start{{ kept }}'
            {%- endif %}
        end
{%- endmacro %}


{#- What the clocks of a force did to an hour that was written: they skip one in spring
    and come to one twice in autumn. Null if they did nothing, as always in daytime.
    instant: as it was read. written: the same by the clock, as it was written. -#}
{% macro clock_fault(instant, written, clock) -%}
    case
            when ({{ instant }} at time zone {{ clock }})::time >= '05:00' then null
            when {{ instant }} at time zone {{ clock }} <> {{ written }}
                then 'in an hour that the clocks skip'
            when ({{ instant }} - interval '1 hour') at time zone {{ clock }} = {{ written }}
                then 'in an hour that the clocks repeat'
        end
{%- endmacro %}


{#- The kind of such a fault on the data quality page. -#}
{% macro clock_kind() -%}
    hour of a night of changed clocks
{%- endmacro %}


{#- What such an hour counts as, given the fault; null for another fault. -#}
{% macro read_by_the_clocks(fault) -%}
    case
            when {{ fault }} like '%the clocks skip' then 'an hour later'
            when {{ fault }} like '%the clocks repeat' then 'the second of the two'
        end
{%- endmacro %}


{#- A date of birth, of which the day, or day and month, may be missing ("1998",
    "03/1998", "00/03/1998"). It is then the last day that it can be, which makes the
    person as young as they can be. -#}
{% macro birth_date(raw, template) -%}
    {%- set text = without_zeros(raw) -%}
    case {{ parts_of_birth(raw) }}
            when 'year' then make_date({{ text }}::integer, 12, 31)
            when 'month' then (
                to_date({{ text }}, {{ template_of_month(template) }})
                + interval '1 month - 1 day'
            )::date
            else to_date({{ trimmed(raw) }}, {{ template }})
        end
{%- endmacro %}


{#- How much of a date of birth is known: `day`, `month` or `year`. Systems and people
    write 1 January where only the year is known. -#}
{% macro birth_precision(raw) -%}
    {%- set text = trimmed(raw) -%}
    case
            when {{ text }} ~ '^0?1[^0-9]0?1[^0-9][0-9]{4}$'
                or {{ text }} ~ '^[0-9]{4}[^0-9]?0?1[^0-9]?0?1$'
                or {{ text }} ~ '^0101[0-9]{4}$'
                then 'year'
            else {{ parts_of_birth(raw) }}
        end
{%- endmacro %}


{% macro parts_of_birth(raw) -%}
    {%- set text = without_zeros(raw) -%}
    case
            when {{ raw }} is null then null
            when {{ text }} ~ '^[0-9]{4}$' then 'year'
            when {{ text }} ~ '^([0-9]{1,2}[^0-9][0-9]{4}|[0-9]{4}[^0-9][0-9]{1,2})$'
                then 'month'
            else 'day'
        end
{%- endmacro %}


{#- A date without its parts that are zeros: "00/03/1998" is "03/1998". -#}
{% macro without_zeros(raw) -%}
    regexp_replace({{ trimmed(raw) }}, '^(00[^0-9])+|([^0-9]00)+$', '', 'g')
{%- endmacro %}


{#- PostgreSQL's template of a month, from that of a day. -#}
{% macro template_of_month(template) -%}
    regexp_replace({{ template }}, 'DD[^A-Z]?|[^A-Z]DD$', '')
{%- endmacro %}


{#- The latest day on which a person can have been born, who has a date of birth of some
    precision. -#}
{% macro youngest_birth(date_of_birth, precision) -%}
    case {{ precision }}
        when 'year' then make_date(extract(year from {{ date_of_birth }})::integer, 12, 31)
        when 'month' then (
            date_trunc('month', {{ date_of_birth }}::timestamp)
            + interval '1 month - 1 day'
        )::date
        else {{ date_of_birth }}
    end
{%- endmacro %}


{#- True if an end has come by the instant of the force's data; one in the future has
    not. moments: the relation `people_as_of`. -#}
{% macro has_come(ended_at, moments) -%}
    coalesce({{ ended_at }} <= {{ moments }}.as_of, false)
{%- endmacro %}


{#- The CTE `moments`: for each force the instant of the data that the warehouse was built
    of, and the instant of those that it has now, the earlier first. An end between the
    two has come (or, where a delivery was withdrawn, has not) and changes what a record
    counts as. -#}
{% macro came_since_built() -%}
moments as (
    select
        now_held.force,
        least(built.as_of, now_held.as_of) as earlier,
        greatest(built.as_of, now_held.as_of) as later
    from {{ ref('people_as_of') }} as now_held
    inner join (
        select
            files.force,
            max(deliveries.extracted_at) as as_of
        from {{ source('ops', 'deliveries') }} as deliveries
        inner join {{ source('ops', 'delivery_files') }} as files
            on deliveries.load_id = files.load_id
        where deliveries.load_id::text in (
            select built_from.source from ops.built_from where built_from.part = 'niche_rms'
        )
        group by files.force
    ) as built on now_held.force = built.force
    where built.as_of <> now_held.as_of
)
{%- endmacro %}
