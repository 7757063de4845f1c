-- Linkage: which source records are the same person. Nothing here is a name, a date of
-- birth or an address. Every row that names a source person is erased with that person.
-- Older releases made these tables in several files, so each statement here also works
-- on a warehouse that has them.
create schema if not exists linkage;

create table if not exists linkage.models (
    model_id   bigint generated always as identity primary key,
    made_at    timestamptz not null default now(),
    kind       text not null check (kind in ('shipped', 'trained')),
    records    integer not null,
    versions   jsonb not null, -- of the rules, the model, the nicknames, splink, duckdb
    parameters jsonb not null  -- prior probability, m and u of every level
);

-- How common a value is, by hash, for values that three records or more share.
create table if not exists linkage.term_frequencies (
    model_id   bigint not null references linkage.models on delete cascade,
    term       text not null,
    value_hash text not null,
    frequency  double precision not null check (frequency between 0 and 1),
    primary key (model_id, term, value_hash)
);

create table if not exists linkage.runs (
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
    persons         integer not null, -- open golden ids
    largest_cluster integer not null,
    reviews_open    integer not null,
    crowded_blocks  integer not null, -- blocks over the limit, which are not compared
    oversized       jsonb not null    -- golden id: size, of clusters over the alarm
);

-- The source records that the last run linked. `fingerprint` is a digest of all that is
-- compared; `keys` are the blocks that the record is in, by hash.
create table if not exists linkage.persons (
    force       text not null,
    person_id   text not null,
    fingerprint text not null,
    keys        bigint[] not null default '{}',
    primary key (force, person_id)
);

-- The members of each block. A run on a few records finds their candidates by `key`; a
-- btree on these rows is made in a third of the time of a GIN index on `persons.keys`.
create table if not exists linkage.blocks (
    key       bigint not null,
    force     text not null,
    person_id text not null
);

create index if not exists blocks_key on linkage.blocks (key);

-- The blocks that were over the limit at the last run, by hash.
create table if not exists linkage.crowded_blocks (block text primary key);

-- The open row (`effective_to` is null) holds the current golden id.
create table if not exists linkage.golden_ids (
    force          text not null,
    person_id      text not null,
    golden_id      text not null,
    effective_from timestamptz not null,
    effective_to   timestamptz check (effective_to > effective_from),
    reason         text not null
    check (reason in ('new', 'merged', 'separated', 'elder erased')),
    primary key (force, person_id, effective_from)
);

create unique index if not exists golden_ids_open
    on linkage.golden_ids (force, person_id) where effective_to is null;

create index if not exists golden_ids_golden_id on linkage.golden_ids (golden_id);

-- Pairs of source records that scored the threshold for review or more. The elder record
-- is the left one. `needs_asking` is false where the pair is merged without a review.
create table if not exists linkage.pairs (
    force_l      text not null,
    person_l     text not null,
    force_r      text not null,
    person_r     text not null,
    probability  double precision not null check (probability between 0 and 1),
    needs_asking boolean not null,
    primary key (force_l, person_l, force_r, person_r)
);

create index if not exists pairs_right on linkage.pairs (force_r, person_r);

-- Pairs that a reviewer decides on. A decision stays until a reviewer changes it.
-- `probability` is null where a reviewer decided on a pair that no run had asked about.
create table if not exists linkage.reviews (
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

create index if not exists reviews_right on linkage.reviews (force_r, person_r);

-- The golden ids that lost a record to an erasure since the last run. The next run
-- resolves their other records again. `was_crowded`: the record was in a crowded block,
-- which may be under the limit now.
create table if not exists linkage.disturbed (
    number    bigint generated always as identity primary key,
    golden_id text not null
);

alter table linkage.disturbed
    add column if not exists was_crowded boolean not null default true;

-- What older releases used to erase a person.
drop trigger if exists leave_blocks on linkage.persons;
drop function if exists linkage.leave_blocks();
drop function if exists linkage.erase_person(text, text);

-- Erase every trace of source records from `linkage`, history and decisions included,
-- and from `people` what is kept of a person (golden id) who has no other record.
-- A landing calls it in the transaction that erases the records; a run of linkage calls
-- it for records that the relation no longer has.
create or replace function linkage.erase_persons(of_force text, ids text[])
returns void language plpgsql as $$
declare
    gone text[]; -- the ids of persons that `people` may name: of records, and golden ids
begin
    -- Wait for a run that is writing, so that what it wrote is erased too.
    lock table linkage.persons in row exclusive mode;

    insert into linkage.disturbed (golden_id, was_crowded)
    select golden_ids.golden_id, exists (
        select from linkage.persons
        inner join linkage.crowded_blocks
            on div(crowded_blocks.block::numeric, 2)::bigint = any(persons.keys)
        where persons.force = of_force and persons.person_id = golden_ids.person_id
    )
    from linkage.golden_ids
    where force = of_force and person_id = any(ids) and effective_to is null;

    with erased as (
        delete from linkage.persons where force = of_force and person_id = any(ids)
        returning person_id, keys
    )
    delete from linkage.blocks
    using (select person_id, unnest(keys) as key from erased) as former
    where blocks.key = former.key
        and blocks.force = of_force
        and blocks.person_id = former.person_id;

    with erased as (
        delete from linkage.golden_ids where force = of_force and person_id = any(ids)
        returning golden_id
    )
    select ids || array_agg(golden_id) into gone from erased;

    delete from linkage.pairs where force_l = of_force and person_l = any(ids);
    delete from linkage.pairs where force_r = of_force and person_r = any(ids);
    delete from linkage.reviews where force_l = of_force and person_l = any(ids);
    delete from linkage.reviews where force_r = of_force and person_r = any(ids);

    -- A golden id that another record of the force has stays.
    select array_agg(id) into gone from unnest(gone) as id
    where not exists (
        select from linkage.golden_ids
        where force = of_force and golden_id = id and effective_to is null
    );
    delete from people.confirmations where force = of_force and person_id = any(gone);
    delete from people.plans where force = of_force and person_id = any(gone);
    delete from people.co_offending where force = of_force and person_id = any(gone);
end
$$;
