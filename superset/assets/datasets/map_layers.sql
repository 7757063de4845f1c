-- What the map draws, from the ground up: neighbourhoods, areas, then hexagons with the
-- highest on top. One GeoJSON feature a row, coloured and labelled, so that the whole
-- map is one query and needs no network.
with

hexagons as (
    select
        *,
        ntile(5) over (partition by force order by score) as score_class
    from marts.hot_places
    where rank <= 500
        or is_designated
),

features as (
    select
        force_name,
        area,
        1 as layer,
        0::double precision as score,
        outline_geojson as geometry,
        '[0,0,0,0]' as fill,
        '[122,136,150,70]' as stroke,
        json_build_object('Neighbourhood', lsoa_name, 'Area', area) as label
    from marts.map_neighbourhoods

    union all

    select
        force_name,
        area,
        2 as layer,
        0 as score,
        outline_geojson as geometry,
        '[0,0,0,0]' as fill,
        '[23,50,77,210]' as stroke,
        json_build_object('Area', area) as label
    from marts.map_areas
    where is_default_set

    union all

    select
        force_name,
        area,
        3 as layer,
        score,
        hexagon_geojson as geometry,
        (array[
            '[247,214,148,200]', '[240,178,98,205]', '[226,127,66,210]',
            '[201,74,45,220]', '[138,26,20,230]'
        ])[score_class] as fill,
        case
            when is_designated then '[74,10,10,255]' else '[160,110,60,120]'
        end as stroke,
        json_build_object(
            'Place', place_name,
            'Rank', rank,
            'Designated', case when is_designated then 'yes' else 'no' end,
            'Serious violence', crimes || ' crimes',
            'Trend', trend,
            'Why', main_reason
        ) as label
    from hexagons
)

select
    force_name,
    area,
    layer,
    '{"type":"Feature","geometry":' || geometry
    || ',"properties":{"fillColor":' || fill || ',"strokeColor":' || stroke
    || '},"extraProps":' || label || '}' as feature
from features
order by layer, score
