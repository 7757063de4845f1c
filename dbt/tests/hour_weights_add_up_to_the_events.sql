-- The 168 weights of a force, area or place add up to its events with a known hour.
select
    force,
    level,
    subject_id,
    known_time_events,
    sum(weight) as weight
from {{ ref('hot_times') }}
group by force, level, subject_id, known_time_events
having count(*) <> 168 or abs(sum(weight) - known_time_events) > 1e-9
