-- The tables of linkage as the migrations 080, 081, 096, 098 and 099 left them.
create schema linkage;

create table linkage.models (
    model_id   bigint generated always as identity primary key,
    made_at    timestamptz not null default now(),
    kind       text not null check (kind in ('shipped', 'trained')),
    records    integer not null,
    versions   jsonb not null,
    parameters jsonb not null
);

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
    persons         integer not null,
    largest_cluster integer not null,
    reviews_open    integer not null,
    crowded_blocks  integer not null,
    oversized       jsonb not null
);

create table linkage.crowded_blocks (block text primary key);

create table linkage.persons (
    force       text not null,
    person_id   text not null,
    fingerprint text not null,
    keys        bigint[] not null default '{}',
    primary key (force, person_id)
);

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

create table linkage.pairs (
    force_l      text not null,
    person_l     text not null,
    force_r      text not null,
    person_r     text not null,
    probability  double precision not null check (probability between 0 and 1),
    needs_asking boolean not null,
    primary key (force_l, person_l, force_r, person_r)
);

create index pairs_right on linkage.pairs (force_r, person_r);

create table linkage.reviews (
    review_id   bigint generated always as identity primary key,
    force_l     text not null,
    person_l    text not null,
    force_r     text not null,
    person_r    text not null,
    probability double precision,
    status      text not null default 'open'
    check (status in ('open', 'accepted', 'rejected')),
    opened_at   timestamptz not null default now(),
    decided_at  timestamptz,
    decided_by  text,
    note        text,
    unique (force_l, person_l, force_r, person_r),
    check ((status = 'open') = (decided_at is null)),
    check ((status = 'open') = (decided_by is null))
);

create index reviews_right on linkage.reviews (force_r, person_r);

create table linkage.disturbed (
    number    bigint generated always as identity primary key,
    golden_id text not null
);

create table linkage.blocks (
    key       bigint not null,
    force     text not null,
    person_id text not null
);

create index blocks_key on linkage.blocks (key);

create function linkage.erase_person(force_name text, person text) returns void
language sql as $$
    delete from linkage.persons where force = force_name and person_id = person;
    insert into linkage.disturbed (golden_id)
    select golden_id from linkage.golden_ids
    where force = force_name and person_id = person and effective_to is null;
    delete from linkage.golden_ids where force = force_name and person_id = person;
    delete from linkage.pairs where force_l = force_name and person_l = person;
    delete from linkage.pairs where force_r = force_name and person_r = person;
    delete from linkage.reviews where force_l = force_name and person_l = person;
    delete from linkage.reviews where force_r = force_name and person_r = person;
$$;

create function linkage.leave_blocks() returns trigger language plpgsql as $$
begin
    delete from linkage.blocks
    using (select unnest(keys) as key, force, person_id from gone) as former
    where blocks.key = former.key
        and blocks.force = former.force
        and blocks.person_id = former.person_id;
    return null;
end
$$;

create trigger leave_blocks after delete on linkage.persons
referencing old table as gone for each statement
execute function linkage.leave_blocks();
