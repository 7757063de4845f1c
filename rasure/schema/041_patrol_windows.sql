-- Day and night are ranked apart: each force has one open version for each window.
-- 'all' is every crime, timed or not, and the only window of a source without times.
alter table places.designations add column patrol_window text not null default 'all'
check (patrol_window in ('all', 'day', 'night'));

drop index places.designations_open;
create unique index designations_open
    on places.designations (force, patrol_window) where valid_to is null;

alter table places.evaluations add column patrol_window text not null default 'all';
