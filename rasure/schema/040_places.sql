-- The designated hot places: every version that was ever published, never changed but
-- for the day it ended. `valid_to` is the last day a version was in force; a version
-- that another replaced before it began has `valid_to` the day before `valid_from`.
create schema if not exists places;

create table places.designations (
    designation_id     text primary key,
    force              text not null,
    definition_version text not null,
    data_from          date not null,
    data_to            date not null,
    coverage_percent   numeric not null check (coverage_percent > 0),
    method             text not null,
    hexagons           integer not null,
    hot_spots          integer not null,
    area_km2           double precision not null,
    crimes_captured    integer not null,
    crimes_total       integer not null,
    valid_from         date not null,
    valid_to           date,
    published_at       timestamptz not null default now(),
    parameters         jsonb not null,
    check (data_from <= data_to and data_to < valid_from),
    check (valid_to >= valid_from - 1),
    check (crimes_captured <= crimes_total)
);

-- One version of a force is open at a time.
create unique index designations_open
    on places.designations (force) where valid_to is null;

create table places.hot_spots (
    designation_id text not null references places.designations on delete cascade,
    hot_spot_id    text not null,
    hot_spot_name  text not null,
    hexagons       integer not null,
    area_km2       double precision not null,
    crimes         integer not null,
    geom           geometry (MultiPolygon, 27700) not null,
    primary key (designation_id, hot_spot_id),
    unique (designation_id, hot_spot_name)
);

-- No key to geo.hexagons: a version outlives a rebuild of the grid.
create table places.designated_hexagons (
    designation_id text not null references places.designations on delete cascade,
    hexagon_id     text not null,
    rank           integer not null,
    hot_spot_id    text not null,
    primary key (designation_id, hexagon_id),
    unique (designation_id, rank),
    foreign key (designation_id, hot_spot_id) references places.hot_spots
);

create index hot_spots_geom on places.hot_spots using gist (geom);

-- One row a method of each `rasure places evaluate`.
create table places.evaluations (
    evaluation_id    bigint generated always as identity primary key,
    evaluated_at     timestamptz not null default now(),
    force            text not null,
    train_from       date not null,
    train_to         date not null,
    test_from        date not null,
    test_to          date not null,
    method           text not null,
    coverage_percent numeric not null,
    is_shuffled      boolean not null,
    metrics          jsonb not null
);
