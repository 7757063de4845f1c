{#- The steps (di, dj) from a cell of `ST_HexagonGrid` to itself and its six neighbours;
    every other column lies half a row higher. -#}
{% macro hexagon_steps() -%}
    (
        values
        (0, 0, 0), (0, 0, 1), (0, 0, -1),
        (0, 1, 0), (0, -1, 0), (0, 1, -1), (0, -1, -1),
        (1, 0, 0), (1, 0, 1), (1, 0, -1),
        (1, 1, 0), (1, -1, 0), (1, 1, 1), (1, -1, 1)
    ) as steps (odd_column, di, dj)
{%- endmacro %}
