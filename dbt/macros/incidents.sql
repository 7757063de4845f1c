{#- The instant of a time of a table of crimes, which is a text with its time zone, or
    the first instant of a day by the clock of the force. -#}
{% macro incident_instant(column) -%}
    case
            when length({{ column }}) = 10
                then {{ column }}::date::timestamp at time zone clock
            else {{ column }}::timestamptz
        end
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
