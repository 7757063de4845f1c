-- The crimes of the ranked places, by the name that the ranked list gives them: several
-- places of a town can share a street name, so the rank is part of it.
select
    place_months.force_name,
    place_months.area,
    hot_places.rank || '. ' || place_months.place_name as place,
    place_months.month,
    place_months.crime_type,
    place_months.is_serious_violence,
    place_months.crimes,
    place_months.harm_days
from marts.place_months
inner join marts.hot_places
    on place_months.hexagon_id = hot_places.hexagon_id
