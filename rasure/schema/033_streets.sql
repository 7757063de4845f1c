-- The streets of a force, where a network was loaded: `rasure geography load streets`.
-- No key to geo.forces: a network outlives a rebuild of the ground.
create table geo.street_networks (
    force       text primary key,
    content_id  text not null,
    file_format text not null,
    links       integer not null,
    length_km   double precision not null,
    loaded_at   timestamptz not null default now()
);

-- From junction to junction, a long one in pieces. `link_id` is a digest of the line's
-- own course, so that it is the same in every file; a node is "<easting> <northing>".
create table geo.street_links (
    force                text not null
    references geo.street_networks on delete cascade,
    link_id              text not null,
    name                 text,
    road_number          text,
    kind                 text,
    is_patrollable       boolean not null,
    unpatrollable_reason text,
    from_node            text not null,
    to_node              text not null,
    length_m             double precision not null check (length_m > 0),
    geom                 geometry (LineString, 27700) not null,
    primary key (force, link_id),
    check (is_patrollable = (unpatrollable_reason is null))
);

create index street_links_geom on geo.street_links using gist (geom);
