-- The ground: forces, neighbourhoods, districts and areas. Everything in EPSG:27700
-- (metres); filled by `rasure geography build`.
create schema if not exists geo;

create table geo.forces (
    force      text primary key,
    force_name text not null,
    area_km2   double precision not null,
    built_at   timestamptz not null default now(),
    geom       geometry (MultiPolygon, 27700) not null
);

create table geo.force_settings (
    force            text primary key,
    default_area_set text not null
);

-- Every 2011 code of England and Wales: a code that is not here is of 2021.
create table geo.lsoa11_codes (lsoa_code text primary key);

-- `force` and `district_*` of a 2021 row are empty until its force is built.
create table geo.lsoas (
    lsoa_code     text not null,
    vintage       smallint not null check (vintage in (2011, 2021)),
    lsoa_name     text not null,
    district_code text,
    district_name text,
    force         text,
    geom          geometry (MultiPolygon, 27700) not null,
    primary key (lsoa_code, vintage)
);

create table geo.districts (
    force         text not null references geo.forces on delete cascade,
    district_code text not null,
    district_name text not null,
    geom          geometry (MultiPolygon, 27700) not null,
    primary key (force, district_code)
);

-- Areas are dated: an area set holds from `valid_from` to `valid_to` (null: still).
create table geo.areas (
    area_id    text primary key,
    force      text not null references geo.forces on delete cascade,
    area_set   text not null,
    area       text not null,
    valid_from date not null,
    valid_to   date check (valid_to >= valid_from),
    geom       geometry (MultiPolygon, 27700) not null,
    unique (force, area_set, area)
);

create table geo.area_districts (
    area_id       text not null references geo.areas on delete cascade,
    district_code text not null,
    primary key (area_id, district_code)
);

create table geo.area_lsoas (
    area_id   text not null references geo.areas on delete cascade,
    lsoa_code text not null,
    vintage   smallint not null,
    primary key (area_id, lsoa_code, vintage)
);

create index lsoas_geom on geo.lsoas using gist (geom);
create index districts_geom on geo.districts using gist (geom);
create index areas_geom on geo.areas using gist (geom);
create index area_lsoas_lsoa on geo.area_lsoas (lsoa_code, vintage);
