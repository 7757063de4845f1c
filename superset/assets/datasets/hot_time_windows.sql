-- Day compared with night, for each force and its areas, the force first.
select
    force_summary.force_name,
    case windows.level when 'area' then windows.subject end as area,
    windows.level,
    windows.subject as place,
    windows.window_name,
    windows.known_time_events,
    windows.unknown_time_events,
    windows.unknown_time_share,
    windows.weight_share,
    case windows.level when 'force' then 0 else 1 end as place_rank
from marts.hot_time_windows as windows
inner join marts.force_summary on windows.force = force_summary.force
where windows.level in ('force', 'area')
