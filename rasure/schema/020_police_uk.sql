-- Rows of data.police.uk files as the publisher gave them, typed, every version kept.
create table raw.police_uk_street (
    load_id               integer not null,
    file_id               integer not null,
    row_number            integer not null,
    crime_id              text,
    month                 date not null,
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
    load_id      integer not null,
    file_id      integer not null,
    row_number   integer not null,
    crime_id     text not null,
    month        date not null,
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
    load_id                     integer not null,
    file_id                     integer not null,
    row_number                  integer not null,
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

create index police_uk_street_file on raw.police_uk_street using brin (file_id);
create index police_uk_outcomes_file on raw.police_uk_outcomes using brin (file_id);
create index police_uk_stop_search_file
    on raw.police_uk_stop_search using brin (file_id);

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
