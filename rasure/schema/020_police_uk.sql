-- Rows of data.police.uk files as the publisher gave them, every version kept.
--
-- A file whose rows are all good is copied as it was published, in one stream. What the
-- loader adds to every row (delivery, file, place in the file) are column defaults that
-- read what it has set in its session before the COPY; see rasure/landing/copying.py.
set local check_function_bodies = off; -- the sequence is the session's own

create function raw.load_id() returns integer language sql stable as
$$ select current_setting('rasure.load_id')::integer $$;

create function raw.file_id() returns integer language sql stable as
$$ select current_setting('rasure.file_id')::integer $$;

create function raw.next_row_number() returns integer language sql volatile as
$$ select nextval('pg_temp.row_number')::integer $$;

create table raw.police_uk_street (
    load_id               integer not null default raw.load_id(),
    file_id               integer not null default raw.file_id(),
    row_number            integer not null default raw.next_row_number(),
    crime_id              text,
    month                 text not null,
    reported_by           text,
    falls_within          text,
    longitude             double precision,
    latitude              double precision,
    location              text,
    lsoa_code             text,
    lsoa_name             text,
    crime_type            text not null,
    last_outcome_category text,
    context               text
);

create table raw.police_uk_outcomes (
    load_id      integer not null default raw.load_id(),
    file_id      integer not null default raw.file_id(),
    row_number   integer not null default raw.next_row_number(),
    crime_id     text not null,
    month        text not null,
    reported_by  text,
    falls_within text,
    longitude    double precision,
    latitude     double precision,
    location     text,
    lsoa_code    text,
    lsoa_name    text,
    outcome_type text not null
);

create table raw.police_uk_stop_search (
    load_id                     integer not null default raw.load_id(),
    file_id                     integer not null default raw.file_id(),
    row_number                  integer not null default raw.next_row_number(),
    search_type                 text not null,
    searched_at                 timestamptz not null,
    is_part_of_operation        boolean,
    operation                   text,
    latitude                    double precision,
    longitude                   double precision,
    gender                      text,
    age_range                   text,
    self_defined_ethnicity      text,
    officer_defined_ethnicity   text,
    legislation                 text,
    object_of_search            text,
    outcome                     text,
    is_outcome_linked_to_object boolean,
    is_clothing_removed         boolean
);

-- Rows that could not be landed, whole and in the publisher's words, with every reason.
create table quarantine.police_uk_street (
    load_id    integer not null,
    file_id    integer not null,
    row_number integer not null,
    reasons    text[] not null,
    original   text not null
);

create table quarantine.police_uk_outcomes (like quarantine.police_uk_street);
create table quarantine.police_uk_stop_search (like quarantine.police_uk_street);
