-- What `rasure times bands` draws: how sure the weight of an hour is, and what share the
-- fullest hours of a week would hold if every hour were alike.
create schema if not exists times;

create table times.bands (
    force        text not null,
    level        text not null check (level in ('force', 'area')),
    subject_id   text not null,
    hour_of_week smallint not null check (hour_of_week between 0 and 167),
    weight_low   double precision not null,
    weight_high  double precision not null,
    draws        integer not null,
    seed         integer not null,
    primary key (force, level, subject_id, hour_of_week)
);

create table times.uniform_shares (
    force         text not null,
    events        integer not null,
    hours         integer not null,
    share_expected double precision not null,
    share_high    double precision not null,
    draws         integer not null,
    seed          integer not null,
    primary key (force, events, hours)
);
