-- Patrol zones: connected streets inside the hot spots of a designation. Drawn again,
-- and replaced whole, when the streets or the figures have changed.
create table places.zone_sets (
    designation_id text primary key
    references places.designations on delete cascade,
    content_id     text not null,
    streets_id     text not null,
    zones          integer not null,
    area_km2       double precision not null,
    events         integer not null,
    events_total   integer not null,
    parameters     jsonb not null,
    drawn_at       timestamptz not null default now(),
    check (events <= events_total)
);

-- `geom` is the ground of the streets, `streets_geom` their lines; `score` is the sum of
-- the decayed weights of its events, `walk_minutes` the patrol walked there and back.
create table places.patrol_zones (
    designation_id text not null references places.zone_sets on delete cascade,
    zone_id        text not null,
    zone_name      text not null,
    hot_spot_id    text not null,
    rank           integer not null,
    length_m       double precision not null,
    walk_minutes   double precision not null,
    links          integer not null,
    events         integer not null,
    score          double precision not null,
    area_km2       double precision not null,
    geom           geometry (MultiPolygon, 27700) not null,
    streets_geom   geometry (MultiLineString, 27700) not null,
    primary key (designation_id, zone_id),
    unique (designation_id, zone_name),
    unique (designation_id, rank),
    foreign key (designation_id, hot_spot_id)
    references places.hot_spots on delete cascade
);

-- The key is the rule: no link is in two zones of a designation. The lines are kept here,
-- so that a version outlives another network.
create table places.zone_links (
    designation_id text not null,
    link_id        text not null,
    zone_id        text not null,
    position       integer not null,
    name           text,
    road_number    text,
    length_m       double precision not null,
    events         integer not null,
    score          double precision not null,
    geom           geometry (LineString, 27700) not null,
    primary key (designation_id, link_id),
    foreign key (designation_id, zone_id)
    references places.patrol_zones on delete cascade
);

create index patrol_zones_geom on places.patrol_zones using gist (geom);
create index zone_links_zone on places.zone_links (designation_id, zone_id);
