{#- The cell of the hexagon grid in which a point lies: of `nearest_cells` the one with
    the nearest middle. -#}
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


{#- The same for a million points: the rows of `relation` (x, y in metres) with the cell
    (i, j) of each, by arithmetic alone; nulls where the point is not known. Of two
    middles as near, the western one. -#}
{% macro with_nearest_cell(relation) -%}
    {%- set width = 1.5 * (var('hexagon_side_m') | float) -%}
    {%- set height = 3 ** 0.5 * (var('hexagon_side_m') | float) -%}
    select
        rowed.*,
        case when is_west then west_i else west_i + 1 end as i,
        case when is_west then west_j else east_j end as j
    from (
        select
            *,
            power(x - west_i * {{ width }}, 2)
            + power(y - (west_j + west_i % 2 / 2.0) * {{ height }}, 2)
            <= power(x - (west_i + 1) * {{ width }}, 2)
            + power(y - (east_j + (west_i + 1) % 2 / 2.0) * {{ height }}, 2) as is_west
        from (
            select
                *,
                round(y / {{ height }} - west_i % 2 / 2.0)::integer as west_j,
                round(y / {{ height }} - (west_i + 1) % 2 / 2.0)::integer as east_j
            from (
                select
                    *,
                    floor(x / {{ width }})::integer as west_i
                from {{ relation }}
            ) as columned
        ) as rowed
    ) as rowed
{%- endmacro %}


{#- What a position out of the force may have meant, the likelier first: easting and
    northing swapped; degrees, in either order, as given or before they were scaled. -#}
{% macro other_readings(positions, mappings) -%}
    (
        select
            1 as preference,
            'swapped' as reading,
            st_setsrid(
                st_makepoint({{ positions }}.y, {{ positions }}.x), 27700
            ) as geom
        union all
        select
            degrees.preference,
            'degrees' as reading,
            {{ national_grid_point('degrees.longitude', 'degrees.latitude') }} as geom
        from (
            values
            (2, {{ positions }}.x, {{ positions }}.y),
            (3, {{ positions }}.y, {{ positions }}.x),
            (
                4,
                {{ positions }}.x * {{ mappings }}.coordinate_scale,
                {{ positions }}.y * {{ mappings }}.coordinate_scale
            ),
            (
                5,
                {{ positions }}.y * {{ mappings }}.coordinate_scale,
                {{ positions }}.x * {{ mappings }}.coordinate_scale
            )
        ) as degrees (preference, longitude, latitude)
    )
{%- endmacro %}


{#- How good a position is. Read from the top, the first that holds:
    missing: an easting or northing is not given;
    default point: where the force's system puts what it could not place;
    swapped: easting and northing the wrong way round, and mended;
    degrees: mended too, but a system that keeps hundredths keeps a degree to a
        kilometre: enough for an area, not for a hexagon;
    outside the force: further than `outside_force_m` from the force area, where the
        force's geography is known;
    partial: nothing confirms the point: no street, no premises, not checked;
    good. -#}
{% macro position_quality(given, mended, forces) -%}
    case
            when {{ given }}.geom is null then 'missing'
            when {{ given }}.is_default_point then 'default point'
            when {{ mended }}.reading is not null then {{ mended }}.reading
            when {{ given }}.hexagon_id is null
                and {{ forces }}.geom is not null
                and not st_dwithin(
                    {{ forces }}.geom, {{ given }}.geom, {{ var('outside_force_m') }}
                )
                then 'outside the force'
            when not {{ given }}.is_confirmed then 'partial'
            else 'good'
        end
{%- endmacro %}


{#- The qualities of a position that places can be ranked by, and that tell an area. -#}
{% macro usable_qualities() -%}
    ('good', 'partial', 'swapped')
{%- endmacro %}

{% macro area_qualities() -%}
    ('good', 'partial', 'swapped', 'degrees')
{%- endmacro %}
