-- What version 0.1.0 remembered of its transforms, and what it renamed since.
drop table ops.transform_runs, ops.built_from, ops.changed_keys cascade;
alter table ops.dbt_runs rename column step to layer;
alter table ops.deliveries
    drop column withdrawn_at cascade,
    drop column withdrawn_by,
    drop column withdrawn_because;

create table ops.niche_taken (
    model   text not null,
    load_id integer not null,
    primary key (model, load_id)
);
create table ops.niche_erased (
    erased_number bigint generated always as identity primary key,
    entity        text not null,
    record_id     text not null
);
create sequence ops.niche_batches;
create table ops.niche_changes (
    batch      bigint not null,
    force      text,
    subject    text,
    subject_id text
);
create table ops.niche_marks (
    model          text primary key,
    batch          bigint,
    inputs_version text not null
);
create table ops.step_inputs (
    step    text primary key,
    inputs  text not null,
    done_at timestamptz not null default now()
);
create table ops.cell_names (
    hexagon_id    text primary key,
    place_name    text,
    is_designated boolean not null,
    hot_spot_name text
);
create function ops.keep_niche_erased() returns trigger language plpgsql as $$
begin
    execute format(
        'insert into ops.niche_erased (entity, record_id)'
        ' select distinct %L, erased.%I from erased', tg_argv[0], tg_argv[1]
    );
    return null;
end
$$;
create trigger keep_erased after delete on raw.niche_persons
referencing old table as erased for each statement
execute function ops.keep_niche_erased('persons', 'person_id');
create trigger keep_erased after delete on raw.niche_occurrences
referencing old table as erased for each statement
execute function ops.keep_niche_erased('occurrences', 'occurrence_id');

insert into ops.niche_marks values ('int_niche_crimes', 7, 'x'), ('linkage', 7, '');
insert into ops.niche_taken values ('stg_niche__persons', 1);
insert into ops.niche_changes values (8, 'testshire', 'person_id', 'somebody');
insert into ops.niche_erased (entity, record_id) values ('persons', 'somebody');
insert into ops.step_inputs (step, inputs) values ('definitions', 'x');

-- A table of a model that is no model any more, with an id in it.
create table core.int_niche_changed_persons (batch bigint, person_id text);
insert into core.int_niche_changed_persons values (8, 'somebody');
insert into ops.dbt_runs
    (invocation_id, layer, node, resource_type, status, seconds, finished_at)
values ('a', 'core', 'int_niche_changed_persons', 'model', 'success', 1, now());

delete from ops.migrations
where name in ('051_transform_runs.sql', '110_withdrawals.sql');
insert into ops.migrations (name)
values ('075_niche_transform.sql'), ('095_steps.sql'), ('097_cell_names.sql');
