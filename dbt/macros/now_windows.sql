{#- On which side of a comparison something lies that is so old: in the window that ends
    now, in the one of its length before it, or in the same one a year before. A year is
    364 days, so that weekdays agree. -#}
{% macro window_side(age, length) -%}
    case
        when {{ age }} < {{ length }} then 'now'
        when {{ age }} < 2 * {{ length }} then 'before'
        when {{ age }} >= interval '364 days'
            and {{ age }} < interval '364 days' + {{ length }} then 'year before'
    end
{%- endmacro %}


{#- Whether an instant lies on any side of any window up to that length that ends at
    `moment`; as ranges of the instant, which an index finds. -#}
{% macro is_on_a_side(instant, moment, length) -%}
    {%- set year = "interval '8736 hours'" -%}
    (
            (
                {{ instant }} <= {{ moment }}
                and {{ instant }} > {{ moment }} - 2 * {{ length }}
            )
            or (
                {{ instant }} <= {{ moment }} - {{ year }}
                and {{ instant }} > {{ moment }} - {{ year }} - {{ length }}
            )
        )
{%- endmacro %}


{#- How many there are of a side; 0 for none. -#}
{% macro count_of_side(side) -%}
    (count(*) filter (where side = '{{ side }}'))::integer
{%- endmacro %}
