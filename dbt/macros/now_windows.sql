{#- The side of a comparison on which something of this age lies: the window that ends
    now, the window of the same length before it, or the same window a year before. A
    year is 364 days, so that weekdays agree. -#}
{% macro window_side(age, length) -%}
    case
        when {{ age }} < {{ length }} then 'now'
        when {{ age }} < 2 * {{ length }} then 'before'
        when {{ age }} >= interval '364 days'
            and {{ age }} < interval '364 days' + {{ length }} then 'year before'
    end
{%- endmacro %}


{#- True if an instant lies on any side of a window of at most this length that ends at
    `moment`; written as ranges of the instant, so that an index can be used. -#}
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


{#- The number of rows on a side. -#}
{% macro count_of_side(side) -%}
    (count(*) filter (where side = '{{ side }}'))::integer
{%- endmacro %}
