-- The 168 hours of the week, for each leading place, by its name in the ranked list.
select
    hot_places.force_name,
    hot_places.area,
    hot_times.level,
    hot_places.rank || '. ' || hot_places.place_name as place,
    hot_times.weekday_number || ' ' || hot_times.weekday as weekday,
    lpad(hot_times.hour::text, 2, '0') as hour,
    hot_times.weight,
    hot_times.expected_events_per_hour
from marts.hot_times
inner join marts.hot_places
    on hot_times.level = 'place' and hot_times.subject_id = hot_places.hexagon_id
