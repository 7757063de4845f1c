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
    its crimes. `ops.cell_names` holds what they were called with. -#}
{% macro rename_cells() -%}
    {%- set known = source('niche_ops', 'cell_names') -%}
    create temp table named_now on commit drop as
    select * from {{ cell_names() }} as cells
    where cells.place_name is not null or cells.is_designated;
    {% if niche_since() is not none -%}
    with stale as materialized (
        select
            coalesce(cells.hexagon_id, known.hexagon_id) as hexagon_id,
            cells.place_name,
            coalesce(cells.is_designated, false) as is_designated,
            cells.hot_spot_name
        from named_now as cells
        full join {{ known }} as known on cells.hexagon_id = known.hexagon_id
        where cells.place_name is distinct from known.place_name
            or cells.is_designated is distinct from known.is_designated
            or cells.hot_spot_name is distinct from known.hot_spot_name
    )

    update {{ this }} as built
    set
        place_name = stale.place_name,
        is_designated = stale.is_designated,
        hot_spot_name = stale.hot_spot_name
    from stale
    where built.hexagon_id = stale.hexagon_id
        and built.hexagon_id = any(array(select listed.hexagon_id from stale as listed))
        and (
            built.place_name is distinct from stale.place_name
            or built.is_designated <> stale.is_designated
            or built.hot_spot_name is distinct from stale.hot_spot_name
        );
    {%- endif %}
    delete from {{ known }};
    insert into {{ known }} (hexagon_id, place_name, is_designated, hot_spot_name)
    select hexagon_id, place_name, is_designated, hot_spot_name from named_now
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
