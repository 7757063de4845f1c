-- Day compared with night, for each leading place, by its name in the ranked list.
select
    hot_places.force_name,
    hot_places.area,
    windows.level,
    hot_places.rank || '. ' || hot_places.place_name as place,
    windows.window_name,
    windows.known_time_events,
    windows.unknown_time_events,
    windows.unknown_time_share,
    windows.weight_share,
    hot_places.rank as place_rank
from marts.hot_time_windows as windows
inner join marts.hot_places
    on windows.level = 'place' and windows.subject_id = hot_places.hexagon_id
