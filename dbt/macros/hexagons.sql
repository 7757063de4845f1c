{#- The steps (di, dj) from a cell of `ST_HexagonGrid` to itself and its six neighbours;
    every other column is half a row higher. -#}
{% macro hexagon_steps() -%}
    (
        values
        (0, 0, 0), (0, 0, 1), (0, 0, -1),
        (0, 1, 0), (0, -1, 0), (0, 1, -1), (0, -1, -1),
        (1, 0, 0), (1, 0, 1), (1, 0, -1),
        (1, 1, 0), (1, -1, 0), (1, 1, 1), (1, -1, 1)
    ) as steps (odd_column, di, dj)
{%- endmacro %}


{#- The two cells of the hexagon grid that a point can lie in, with the squared distance
    to their centres. The grid is that of `ST_HexagonGrid(hexagon_side_m)` from the
    origin of the warehouse's grid: columns 1.5 sides apart, rows sqrt(3) sides apart,
    every odd column half a row higher, also west of the origin (`& 1`: `%` is negative
    there). -#}
{% macro nearest_cells(geom) -%}
    {%- set width = 1.5 * (var('hexagon_side_m') | float) ~ '::float8' -%}
    {%- set height = 3 ** 0.5 * (var('hexagon_side_m') | float) ~ '::float8' -%}
    (
        select
            columns.i,
            nearest.j,
            power(st_x({{ geom }}) - columns.i * {{ width }}, 2)
            + power(
                st_y({{ geom }})
                - (nearest.j + (columns.i & 1) / 2::float8) * {{ height }}, 2
            ) as distance_squared
        from (
            values
            (floor(st_x({{ geom }}) / {{ width }})::integer),
            (floor(st_x({{ geom }}) / {{ width }})::integer + 1)
        ) as columns (i)
        cross join lateral (
            select
                round(
                    st_y({{ geom }}) / {{ height }} - (columns.i & 1) / 2::float8
                )::integer as j
        ) as nearest
    )
{%- endmacro %}


{#- The cell of the hexagon grid in which a point lies: the one of `nearest_cells` with
    the nearest centre. -#}
{% macro nearest_cell(geom) -%}
    (
        select
            cells.i,
            cells.j
        from {{ nearest_cells(geom) }} as cells
        where {{ geom }} is not null
        order by cells.distance_squared, cells.i, cells.j
        limit 1
    )
{%- endmacro %}


{#- The rows of `relation` (x, y in metres) with the cell (i, j) of each; null without a
    point. It is `nearest_cell` for a million points: arithmetic only, in floating
    point, because numeric takes four times as long. Of two centres at the same distance
    it takes the western one. -#}
{% macro with_nearest_cell(relation) -%}
    {%- set width = 1.5 * (var('hexagon_side_m') | float) ~ '::float8' -%}
    {%- set height = 3 ** 0.5 * (var('hexagon_side_m') | float) ~ '::float8' -%}
    select
        rowed.*,
        case when is_west then west_i else west_i + 1 end as i,
        case when is_west then west_j else east_j end as j
    from (
        select
            *,
            power(x - west_i * {{ width }}, 2)
            + power(y - (west_j + (west_i & 1) / 2::float8) * {{ height }}, 2)
            <= power(x - (west_i + 1) * {{ width }}, 2)
            + power(y - (east_j + ((west_i + 1) & 1) / 2::float8) * {{ height }}, 2)
                as is_west
        from (
            select
                *,
                round(y / {{ height }} - (west_i & 1) / 2::float8)::integer as west_j,
                round(y / {{ height }} - ((west_i + 1) & 1) / 2::float8)::integer
                    as east_j
            from (
                select
                    *,
                    floor(x / {{ width }})::integer as west_i
                from {{ relation }}
            ) as columned
        ) as rowed
    ) as rowed
{%- endmacro %}
