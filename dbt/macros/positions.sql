{#- The possible meanings of a position outside the force, the likeliest first: easting
    and northing swapped; degrees, in either order, as given or before scaling. -#}
{% macro other_readings(positions, mappings) -%}
    (
        select
            1 as preference,
            'swapped' as reading,
            st_setsrid(
                st_makepoint({{ positions }}.y, {{ positions }}.x),
                {{ var('grid_srid') }}
            ) as geom
        union all
        select
            degrees.preference,
            'degrees' as reading,
            {{ grid_point('degrees.longitude', 'degrees.latitude') }} as geom
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


{#- The quality of a position: the first of these that holds.
    missing: an easting or northing is not given;
    default point: the point that the force's system gives to records without a place;
    swapped: easting and northing were swapped, and are corrected;
    degrees: corrected too, but a system with two decimals keeps a degree to a
        kilometre, which is enough for an area and not for a hexagon;
    outside the force: further than `outside_force_m` from the force, if its geography
        is built;
    partial: nothing confirms the point: no street, no premises, no check;
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


{#- The qualities of a position that are good enough to rank a place, and those that are
    good enough for an area. -#}
{% macro usable_qualities() -%}
    ('good', 'partial', 'swapped')
{%- endmacro %}

{% macro area_qualities() -%}
    ('good', 'partial', 'swapped', 'degrees')
{%- endmacro %}


{#- The key of a place of this source, from the force and the position. -#}
{% macro niche_place_id(force, position_id) -%}
    md5({{ force }} || '|' || {{ position_id }})::uuid
{%- endmacro %}
