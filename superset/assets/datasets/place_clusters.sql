-- Ranked places, and if they are part of a statistical cluster (Gi*). Clusters are dark,
-- other ranked places pale. This is a check on the ranking; no place is chosen by it.
select
    places.force_name,
    places.area,
    clusters.cluster,
    clusters.gi_star,
    '{"type":"Feature","properties":' || case clusters.cluster
        when 'hot' then '{"fillColor":[91,62,134,225],"strokeColor":[60,40,95,200]}'
        else '{"fillColor":[190,198,206,150],"strokeColor":[160,170,180,120]}'
    end || ',"geometry":' || places.hexagon_geojson || ',"extraProps":'
    || json_build_object(
        'Place', places.rank || '. ' || places.place_name,
        'Cluster', clusters.cluster,
        'Gi*', round(clusters.gi_star::numeric, 1)
    ) || '}' as feature
from marts.hot_place_clusters as clusters
inner join marts.hot_places as places on clusters.hexagon_id = places.hexagon_id
where places.rank <= 1000
order by clusters.gi_star
