{#- The instant of a time of a table of crimes, which is a text with its time zone, or
    the first instant of a day by the clock of the force. -#}
{% macro incident_instant(column) -%}
    case
            when length({{ column }}) = 10
                then {{ column }}::date::timestamp at time zone clock
            else {{ column }}::timestamptz
        end
{%- endmacro %}


{#- What the clocks did to a time of a table of crimes (`clock_fault`); null for a day, and
    for a time with an offset of its own. -#}
{% macro incident_clock_fault(column) -%}
    case when right({{ column }}, length(clock)) = clock then {{ clock_fault(
        column ~ '::timestamptz', 'left(' ~ column ~ ', 19)::timestamp', 'clock'
    ) }} end
{%- endmacro %}


{#- The key of a place of a table of crimes: its force, position and street. -#}
{% macro incident_place_id(crimes) -%}
    md5(
        concat_ws(
            '|', 'incidents', {{ crimes }}.force, st_x({{ crimes }}.geom),
            st_y({{ crimes }}.geom), {{ crimes }}.place
        )
    )::uuid
{%- endmacro %}
