-- One person, once: which source records are the same person. Nothing here is a name, a
-- date of birth or an address; every row that points at a source person goes with it.
create schema if not exists linkage;

create table linkage.models (
    model_id   bigint generated always as identity primary key,
    made_at    timestamptz not null default now(),
    kind       text not null check (kind in ('shipped', 'trained')),
    records    integer not null,
    versions   jsonb not null, -- of the rules, the model, the nicknames, splink, duckdb
    parameters jsonb not null  -- prior probability, m and u of every level
);

-- How common a value is, for values that three records or more share; by hash.
create table linkage.term_frequencies (
    model_id   bigint not null references linkage.models on delete cascade,
    term       text not null,
    value_hash text not null,
    frequency  double precision not null check (frequency between 0 and 1),
    primary key (model_id, term, value_hash)
);

create table linkage.runs (
    run_id          bigint generated always as identity primary key,
    model_id        bigint not null references linkage.models,
    kind            text not null check (kind in ('trained', 'rescored', 'incremental')),
    relation        text not null,
    started_at      timestamptz not null,
    finished_at     timestamptz not null,
    records         integer not null,
    records_changed integer not null,
    records_erased  integer not null,
    pairs_compared  bigint not null,
    persons         integer not null, -- golden ids in force
    largest_cluster integer not null,
    reviews_open    integer not null,
    crowded_blocks  integer not null, -- blocks over the limit, not compared
    oversized       jsonb not null    -- golden id: size, of clusters over the alarm
);

-- The blocks that the last run left out, by hash: they tell the next what has changed.
create table linkage.crowded_blocks (block text primary key);

create table linkage.persons (
    force       text not null,
    person_id   text not null,
    fingerprint text not null,
    primary key (force, person_id)
);

-- The open row (effective_to is null) is the golden id in force.
create table linkage.golden_ids (
    force          text not null,
    person_id      text not null,
    golden_id      text not null,
    effective_from timestamptz not null,
    effective_to   timestamptz check (effective_to > effective_from),
    reason         text not null
    check (reason in ('new', 'merged', 'separated', 'elder erased')),
    primary key (force, person_id, effective_from)
);

create unique index golden_ids_open
    on linkage.golden_ids (force, person_id) where effective_to is null;

create index golden_ids_golden_id on linkage.golden_ids (golden_id);
