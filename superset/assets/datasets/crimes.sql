-- Crimes with the name that the ranked list gives their place, so that choosing a place
-- there shows its crimes. They join on the hexagon alone, so that its index is used.
select
    crimes.force_name,
    crimes.area,
    hot_places.rank || '. ' || hot_places.place_name as place,
    crimes.place_name,
    crimes.hot_spot_name,
    crimes.is_designated,
    crimes.occurrence_number,
    crimes.crime_type,
    crimes.offence_title,
    crimes.period,
    crimes.is_serious_violence,
    crimes.is_knife_enabled,
    crimes.is_domestic_abuse,
    crimes.is_public_place,
    coalesce(crimes.outcome, 'no outcome yet') as outcome,
    crimes.location_type,
    crimes.geocode_quality,
    crimes.patrol_window,
    crimes.harm_days,
    crimes.month,
    crimes.operational_date,
    crimes.occurred_from,
    crimes.occurred_to,
    crimes.reported_at
from marts.crimes
left join marts.hot_places on crimes.hexagon_id = hot_places.hexagon_id
