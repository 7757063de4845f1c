-- Runs of the scheduler that were not through when they should have been.
create table ops.missed_deadlines (
    dag_id      text not null,
    run_id      text not null,
    deadline_at timestamptz not null,
    missed_at   timestamptz not null default now(),
    primary key (dag_id, run_id)
);
