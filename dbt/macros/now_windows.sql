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


{#- Whether something that old lies on any side of any window up to that length. -#}
{% macro is_on_a_side(age, length) -%}
    (
            ({{ age }} >= interval '0 hours' and {{ age }} < 2 * {{ length }})
            or (
                {{ age }} >= interval '364 days'
                and {{ age }} < interval '364 days' + {{ length }}
            )
        )
{%- endmacro %}


{#- How many there are of a side; 0 for none. -#}
{% macro count_of_side(side) -%}
    (count(*) filter (where side = '{{ side }}'))::integer
{%- endmacro %}
