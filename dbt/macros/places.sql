{#- The key of a place: one per force, published point, label and neighbourhood code. -#}
{% macro place_id(relation) -%}
    md5(concat_ws(
        '|',
        {{ relation }}.force,
        {{ relation }}.longitude,
        {{ relation }}.latitude,
        coalesce({{ relation }}.location, ''),
        coalesce({{ relation }}.lsoa_code, '')
    ))::uuid
{%- endmacro %}


{#- A point in the grid of the warehouse (metres) from degrees of WGS 84; null where the
    grid does not reach, so that a wild coordinate cannot stop a run. -#}
{% macro grid_point(longitude, latitude) -%}
    {%- set west, south, east, north = var('grid_degrees') -%}
    case
        when {{ longitude }} between {{ west }} and {{ east }}
            and {{ latitude }} between {{ south }} and {{ north }}
            then st_transform(
                st_setsrid(st_makepoint({{ longitude }}, {{ latitude }}), 4326),
                {{ var('grid_srid') }}
            )
    end
{%- endmacro %}


{#- A geometry as GeoJSON text in WGS 84; five decimals of a degree are about a metre,
    six a decimetre. Text, because a json column cannot be grouped in a chart. -#}
{% macro geojson(geom, decimals=6) -%}
    st_asgeojson(st_transform({{ geom }}, 4326), {{ decimals }})
{%- endmacro %}


{#- The street of a publisher's label: 'On or near St Aldate'S' is St Aldate's. -#}
{% macro street_name(location) -%}
    nullif(
        regexp_replace(
            regexp_replace({{ location }}, '^On or near ', ''), $$'S\M$$, $$'s$$, 'g'
        ),
        ''
    )
{%- endmacro %}


{#- How good a place's position is. Read from the top, the first that holds:
    missing: no coordinates;
    default point: a point that stands for "not known" (seed `default_points`);
    outside the force: further than `outside_force_m` from the force area, where the
        force's geography is known;
    partial: a kind of place instead of a street (seed `generic_labels`), or no label,
        so that nothing confirms the point;
    good: a point and the street it was snapped to. -#}
{% macro geocode_quality(is_default_point, is_near_force) -%}
    case
        when places.longitude is null or places.latitude is null then 'missing'
        when {{ is_default_point }} then 'default point'
        when not ({{ is_near_force }}) then 'outside the force'
        when places.street_name is null then 'partial'
        else 'good'
    end
{%- endmacro %}


{#- The area a reader sees: its name, or why there is none. -#}
{% macro area_label(area, has_point) -%}
    coalesce(
        {{ area }},
        case when {{ has_point }} then 'Outside the force' else 'No location' end
    )
{%- endmacro %}
