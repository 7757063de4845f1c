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


{#- Before `crimes` takes what changed: the crimes that stay get the names that their
    cells have now, since a cell may be named or designated anew without any change of
    its crimes. All crimes of a cell bear the same names, so one of each is looked at
    and the stale ones are found by the index: 1.8 s where reading all crimes took 9.
    Nothing to do where all are to be written again. -#}
{% macro rename_cells() -%}
    {%- if niche_since() is none -%}
    select 1
    {%- else -%}
    with stale as materialized (
        select cells.*
        from {{ cell_names() }} as cells
        cross join lateral (
            select * from {{ this }} as one
            where one.hexagon_id = cells.hexagon_id
            limit 1
        ) as crime
        where crime.is_designated <> cells.is_designated
            or crime.place_name is distinct from cells.place_name
            or crime.hot_spot_name is distinct from cells.hot_spot_name
    )

    update {{ this }} as built
    set
        place_name = stale.place_name,
        is_designated = stale.is_designated,
        hot_spot_name = stale.hot_spot_name
    from stale
    where built.hexagon_id = stale.hexagon_id
        and built.hexagon_id = any(array(select known.hexagon_id from stale as known))
    {%- endif -%}
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
