-- Day and night are ranked apart: each force has one open version for each window.
-- 'all' is every crime, timed or not, and the only window of a source without times.
alter table places.designations add column patrol_window text not null default 'all'
check (patrol_window in ('all', 'day', 'night'));

drop index places.designations_open;
create unique index designations_open
    on places.designations (force, patrol_window) where valid_to is null;

alter table places.evaluations add column patrol_window text not null default 'all';

-- 'day' from 07:00 to 18:59 local time, else 'night'; null for an unknown time.
create function places.patrol_window(
    at timestamptz, time_zone text, day_from integer default 7, day_to integer default 19
) returns text
language sql immutable parallel safe
return case
    when at is null then null
    when extract(hour from at at time zone time_zone) >= day_from
        and extract(hour from at at time zone time_zone) < day_to then 'day'
    else 'night'
end;
