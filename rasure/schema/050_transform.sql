-- What each run of dbt did, one row a node (model, seed, test); read from dbt's own
-- `run_results.json`. `message` is dbt's own word on the node, never a row's value.
create table ops.dbt_runs (
    invocation_id text not null,
    layer         text not null,
    node          text not null,
    resource_type text not null,
    status        text not null,
    seconds       numeric(10, 3) not null,
    rows_affected bigint,
    failures      bigint,
    message       text,
    started_at    timestamptz,
    finished_at   timestamptz not null,
    primary key (invocation_id, node)
);

create index dbt_runs_finished on ops.dbt_runs (finished_at);
