-- What the steps of a transform that simulate or walk a graph were last done with, as a
-- fingerprint: they are done again when it is another.
create table ops.step_inputs (
    step    text primary key,
    inputs  text not null,
    done_at timestamptz not null default now()
);
