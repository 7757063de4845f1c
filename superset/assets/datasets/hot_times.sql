-- The 168 hours of the week, for each force and area.
select
    force_summary.force_name,
    case hot_times.level when 'area' then hot_times.subject end as area,
    hot_times.level,
    hot_times.subject as place,
    hot_times.weekday_number || ' ' || hot_times.weekday as weekday,
    lpad(hot_times.hour::text, 2, '0') as hour,
    hot_times.weight,
    hot_times.expected_events_per_hour
from marts.hot_times
inner join marts.force_summary on hot_times.force = force_summary.force
where hot_times.level in ('force', 'area')
