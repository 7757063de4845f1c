{#- The version of each definition that holds: the one with the latest start that is not
    in the future. -#}
{% macro holding(seed, keys) -%}
    select distinct on ({{ keys }}) *
    from {{ ref(seed) }}
    where valid_from <= current_date
    order by {{ keys }}, valid_from desc
{%- endmacro %}


{#- The operational day of an instant. It begins at `operational_day_from` by the
    force's clock. -#}
{% macro operational_date(instant, clock) -%}
    (({{ instant }} at time zone {{ clock }})
        - interval '{{ var("operational_day_from") }} hours')::date
{%- endmacro %}


{#- 'day' or 'night' by a local hour, 0 to 23: the two windows in which places are
    patrolled and ranked. -#}
{% macro patrol_window_of_hour(hour) -%}
    case
        when {{ hour }}
            between {{ var('day_window_from') }} and {{ var('night_window_from') | int - 1 }}
            then 'day'
        when {{ hour }} is not null then 'night'
    end
{%- endmacro %}


{#- 'day' or 'night' by an instant and the force's clock. -#}
{% macro patrol_window(instant, clock) -%}
    {{ patrol_window_of_hour(
        "extract(hour from " ~ instant ~ " at time zone " ~ clock ~ ")"
    ) }}
{%- endmacro %}


{#- True if something holds on a day. Without an end it still does, and without a start
    that can be it has begun. -#}
{% macro is_active_on(started_on, ended_on, day) -%}
    (coalesce({{ started_on }} <= {{ day }}, true)
        and coalesce({{ ended_on }} >= {{ day }}, true))
{%- endmacro %}


{#- The Home Office class in the form of the definitions: `8n` is 8N, `4/1` is 4.1. -#}
{% macro offence_class(column) -%}
    upper(replace(ltrim(trim({{ column }}), '0'), '/', '.'))
{%- endmacro %}


{#- The Home Office subclass in the form of the definitions: `008/06`, `8N/6` or `06` of
    class 8N is 6. A subclass that the Home Office files under the number of another
    class keeps that number: `005/01` of class 8S is 5/1, not 1, which is another
    offence. The subclass `00` of a class's own number is the class. -#}
{% macro offence_subclass(subclass, class) -%}
    {%- set number -%}
        ltrim(substring(trim({{ subclass }}), '^([0-9]+)[A-Za-z]*/'), '0')
    {%- endset -%}
    {%- set last -%}
        nullif(ltrim(regexp_replace(trim({{ subclass }}), '^[^/]*/', ''), '0'), '')
    {%- endset -%}
    case
        when {{ number }} <> substring({{ offence_class(class) }}, '^[0-9]+')
            then {{ number }} || '/' || coalesce({{ last }}, '0')
        else {{ last }}
    end
{%- endmacro %}


{#- The Home Office outcome in the form of the definitions: `01a` is 1A. -#}
{% macro outcome_code(column) -%}
    regexp_replace(ops.code_key({{ column }}), '^0+(?=.)', '')
{%- endmacro %}


{#- The decision whether a crime involved a knife, or (`answer` 'source') the sign that
    decided it. The first of these that holds decides: a weapon recorded as a knife; a
    text that states one; the manual flag, unless the text denies a knife; a text that
    leaves it in doubt. 'review' is for a person to decide. -#}
{% macro knife_decision(signs, answer) -%}
    case
        when {{ signs }}.is_knife_weapon then
            '{{ "yes" if answer == "decision" else "weapon code" }}'
        when {{ signs }}.knife_text = 'stated' then
            '{{ "yes" if answer == "decision" else "text rule" }}'
        when {{ signs }}.is_knife_flagged and {{ signs }}.is_knife_denied then
            '{{ "review" if answer == "decision" else "manual flag against text" }}'
        when {{ signs }}.is_knife_flagged then
            '{{ "yes" if answer == "decision" else "manual flag" }}'
        when {{ signs }}.knife_text = 'doubtful' then
            '{{ "review" if answer == "decision" else "text rule" }}'
        {%- if answer == 'decision' %}
        else 'no'
        {%- endif %}
    end
{%- endmacro %}
