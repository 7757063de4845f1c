-- Everything that the map draws, one feature a row: outlines of neighbourhoods and
-- areas, then the leading and the designated places, with what a reader sees when
-- touching them. Written once here, so that the map is one short query.

with

places as (
    select
        *,
        ntile(5) over (partition by force order by score, hexagon_id) as score_class
    from {{ ref('hot_places') }}
    where rank <= {{ var('map_places', 500) }}
        or is_designated
),

neighbourhoods as (
    select
        force,
        force_name,
        area,
        1 as layer,
        'neighbourhood' as kind,
        0::double precision as score,
        outline_geojson as geometry,
        json_build_object('Neighbourhood', lsoa_name, 'Area', area) as label
    from {{ ref('map_neighbourhoods') }}
),

areas as (
    select
        force,
        force_name,
        area,
        2 as layer,
        'area' as kind,
        0::double precision as score,
        outline_geojson as geometry,
        json_build_object('Area', area) as label
    from {{ ref('map_areas') }}
    where is_default_set
),

hexagons as (
    select
        force,
        force_name,
        area,
        3 as layer,
        case when is_designated then 'designated ' else 'place ' end
        || score_class as kind,
        score,
        hexagon_geojson as geometry,
        json_build_object(
            'Place', rank || '. ' || place_name,
            'Hot spot', coalesce(hot_spot_name, 'not designated'),
            'Why it is hot', main_reason
        ) as label
    from places
),

layers as (
    select * from neighbourhoods
    union all
    select * from areas
    union all
    select * from hexagons
)

select
    force,
    force_name,
    area,
    layer,
    kind,
    score,
    '"geometry":' || geometry || ',"extraProps":' || label as feature_body
from layers
