-- Crimes with the name that the ranked list gives their place, so that choosing a place
-- there shows its crimes. They join on the hexagon alone, so that its index is used.
select
    crimes.*,
    hot_places.rank || '. ' || hot_places.place_name as place
from marts.crimes
left join marts.hot_places on crimes.hexagon_id = hot_places.hexagon_id
