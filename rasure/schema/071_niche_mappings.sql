-- What each force's mapping says, for the models that type its rows. Written again from
-- config/niche_rms/<force>.toml whenever the file has changed, and by nothing else.
create table ops.niche_mappings (
    force             text primary key,
    clock             text not null,    -- the time zone of its wall-clock times
    datestyle         text not null,    -- with which PostgreSQL reads its times
    instant_template  text not null,    -- the same for to_timestamp
    day_template      text not null,    -- the same for to_date
    yes               text not null,
    no                text not null,
    separator         text not null,    -- around and between several codes
    coordinate_scale  integer not null, -- units to a metre
    digest            text not null,    -- of the mapping that was written
    written_at        timestamptz not null default now()
);

create table ops.niche_terms (
    force       text not null references ops.niche_mappings on delete cascade,
    terms_table text not null,
    code        text not null,
    term        text not null,
    primary key (force, terms_table, code)
);

create table ops.niche_default_points (
    force text not null references ops.niche_mappings on delete cascade,
    x     double precision not null,    -- metres, EPSG:27700
    y     double precision not null,
    label text not null,
    primary key (force, x, y)
);
