-- Plans for institutions with crime: who owns one, what is done, when it is looked at
-- again. Append-only: the newest row of an institution holds, a closed one says that
-- there is none. An institution that is not listed has the id `<kind>@<hexagon>`.
create table places.institution_plans (
    plan_id        bigint generated always as identity primary key,
    force          text not null,
    institution_id text not null,
    plan           text not null check (plan <> ''),
    plan_owner     text not null check (plan_owner <> ''),
    review_date    date not null,
    is_closed      boolean not null default false,
    written_by     text not null check (written_by <> ''),
    written_at     timestamptz not null default clock_timestamp(),
    session_role   text not null default session_user
);

create index institution_plans_institution
    on places.institution_plans (force, institution_id);
