{#- What a cell is called and whether it is designated, for every cell of the grid. -#}
{% macro cell_names() -%}
    (
        select
            hexagons.hexagon_id,
            names.place_name,
            designated.hexagon_id is not null as is_designated,
            designated.hot_spot_name
        from {{ source('geo', 'hexagons') }} as hexagons
        left join {{ ref('place_names') }} as names
            on hexagons.hexagon_id = names.hexagon_id
        left join {{ ref('designated_places') }} as designated
            on hexagons.hexagon_id = designated.hexagon_id
    )
{%- endmacro %}


{#- The columns of a crime that go from core to its mart as they are. -#}
{% macro crime_detail(crimes) -%}
    {{ crimes }}.is_serious_violence,
        {{ crimes }}.is_knife_enabled,
        {{ crimes }}.is_domestic_abuse,
        {{ crimes }}.is_public_place,
        {{ crimes }}.is_police_generated,
        {{ crimes }}.is_time_known,
        to_char({{ crimes }}.month, 'YYYY-MM') as period,
        {{ crimes }}.month,
        {{ crimes }}.operational_date,
        {{ crimes }}.occurred_from,
        {{ crimes }}.occurred_to,
        {{ crimes }}.reported_at
{%- endmacro %}
