-- Rows of tables of crimes, every version kept. Times are texts that PostgreSQL reads,
-- with their time zone; one of ten characters is a day without an hour.
create table raw.incidents (
    load_id        integer not null default raw.load_id(),
    file_id        integer not null default raw.file_id(),
    row_number     integer not null default raw.next_row_number(),
    emptied_fields text,
    reference      text not null,
    crime_type     text not null,
    occurred_from  text,
    occurred_to    text,
    reported_at    text,
    updated_at     text,
    x              double precision,
    y              double precision,
    place          text,
    location_type  text,
    beat           text,
    outcome        text,
    is_domestic    boolean,
    is_restricted  boolean
);

create table quarantine.incidents (
    load_id    integer not null,
    file_id    integer not null,
    row_number integer not null,
    reasons    text[] not null,
    original   text not null
);

-- The mappings of forces (config/incidents), as the models read them. `west` to `north`
-- is where coordinates of the system `crs` can lie, in its own units.
create table ops.incident_mappings (
    force  text primary key,
    clock  text not null,
    crs    integer not null,
    west   double precision not null,
    south  double precision not null,
    east   double precision not null,
    north  double precision not null,
    digest text not null
);

create table ops.incident_crime_types (
    force               text not null
    references ops.incident_mappings on delete cascade,
    code                text not null,
    is_serious_violence boolean not null,
    is_police_generated boolean not null,
    harm_days           numeric not null,
    primary key (force, code)
);

create table ops.incident_location_types (
    force text not null references ops.incident_mappings on delete cascade,
    code  text not null,
    term  text not null,
    primary key (force, code)
);
