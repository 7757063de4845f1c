-- How far the models of the records-management source have come. Each model keeps its
-- own mark in the transaction that changes its rows, so that a run that was killed or
-- failed half way is taken up where each model stands.

-- The deliveries that a staging model has read.
create table ops.niche_taken (
    model   text not null,
    load_id integer not null,
    primary key (model, load_id)
);

-- The ids of rows that were erased from `raw`, until staging has let go of them too.
create table ops.niche_erased (
    erased_number bigint generated always as identity primary key,
    entity        text not null,
    record_id     text not null
);

-- What the last runs of staging changed, by the id that names it (`occurrence_id`,
-- `person_id` and so on), until every model that reads it has; without a subject:
-- everything.
create sequence ops.niche_batches;
create table ops.niche_changes (
    batch      bigint not null,
    force      text,
    subject    text,
    subject_id text
);
create index niche_changes_batch on ops.niche_changes (batch);

-- The last batch a model of core has taken (null: a staging model, which takes
-- deliveries), and the definitions or mappings it was built with.
create table ops.niche_marks (
    model          text primary key,
    batch          bigint,
    inputs_version text not null
);

-- Rows go from `raw` only when a force deletes a record: every erased row leaves its id
-- for staging, whoever erased it.
create function ops.keep_niche_erased() returns trigger language plpgsql as $$
begin
    execute format(
        'insert into ops.niche_erased (entity, record_id)'
        ' select distinct %L, erased.%I from erased', tg_argv[0], tg_argv[1]
    );
    return null;
end
$$;

do $$
declare
    entity record;
begin
    for entity in
        select
            columns.table_name,
            replace(columns.table_name, 'niche_', '') as name,
            columns.column_name as key
        from information_schema.columns as columns
        where columns.table_schema = 'raw'
            and columns.table_name like 'niche\_%'
            and columns.ordinal_position = 4 -- after load_id, file_id and row_number
            and columns.table_name not in ('niche_choices', 'niche_deletions')
    loop
        execute format(
            'create trigger keep_erased after delete on raw.%I'
            ' referencing old table as erased for each statement'
            ' execute function ops.keep_niche_erased(%L, %L)',
            entity.table_name, entity.name, entity.key
        );
    end loop;
end
$$;
