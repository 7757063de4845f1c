-- One run at a time works on the models: a transform, a designation or the building of
-- geography. `rasure.runs` begins and ends them. `idle_seconds` is how long a run may
-- have no step at work before another takes over: 0 for a command, whose process holds
-- its run to the end, more for a DAG, whose steps are tasks.
create table ops.transform_runs (
    run_id          integer generated always as identity primary key,
    name            text not null, -- what began it, for instance `rasure transform`
    state           text not null
    check (state in ('running', 'succeeded', 'failed', 'abandoned')),
    version         text, -- of everything but the deliveries, that staging was built by
    is_full_refresh boolean not null default false,
    idle_seconds    integer not null,
    steps_begun     text[] not null default '{}',
    steps_done      text[] not null default '{}',
    failed_step     text,
    started_at      timestamptz not null default clock_timestamp(),
    active_at       timestamptz not null default clock_timestamp(),
    ended_at        timestamptz
);
create unique index transform_runs_one_at_a_time on ops.transform_runs ((true))
where state = 'running';

-- What a part of the warehouse was built from: the part `niche_rms` from deliveries (a
-- set of load ids), the part `warehouse` from one version of everything that is not a
-- delivery. A part whose sources are the same is not built again.
create table ops.built_from (
    part     text not null,
    source   text not null,
    built_at timestamptz not null default now(),
    primary key (part, source)
);

-- The ids of the records that changed, until a whole transform has built everything
-- from them; see dbt/macros/changed_keys.sql. The landing of a deletion writes the kind
-- `erased <entity>`, staging the ids of what it changed. Only claimed keys are built, and
-- deleted at the end: the others came while a transform was running.
create table ops.changed_keys (
    kind       text not null,
    force      text not null,
    id         text not null,
    is_claimed boolean not null default false
);

alter table ops.dbt_runs rename column layer to step;

-- What earlier versions remembered. Nothing is lost: the first transform of this version
-- is a full refresh.
do $$
declare
    raw_table text;
begin
    for raw_table in
        select event_object_table from information_schema.triggers
        where trigger_schema = 'raw' and trigger_name = 'keep_erased'
    loop
        execute format('drop trigger keep_erased on raw.%I', raw_table);
    end loop;
end
$$;
drop function if exists ops.keep_niche_erased();
drop table if exists
    ops.niche_taken, ops.niche_erased, ops.niche_changes, ops.niche_marks,
    ops.step_inputs, ops.cell_names;
drop sequence if exists ops.niche_batches;
