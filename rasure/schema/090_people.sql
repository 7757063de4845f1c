-- What analysts and plan owners say about the people on the lists. A decision or plan is
-- never changed: a newer row stands before it, so that who said what, when, is kept.
create schema if not exists people;

create table people.confirmations (
    confirmation_id bigint generated always as identity primary key,
    force           text not null,
    list            text not null check (list in ('risk', 'vulnerable')),
    person_id       text not null,
    decision        text not null check (decision in ('confirmed', 'refused')),
    reason          text not null check (reason <> ''),
    review_on       date not null,
    decided_by      text not null check (decided_by <> ''),
    decided_at      timestamptz not null default now(),
    session_role    text not null default session_user
);

create table people.plans (
    plan_id      bigint generated always as identity primary key,
    force        text not null,
    list         text not null check (list in ('risk', 'vulnerable', 'review')),
    person_id    text not null,
    owner        text not null check (owner <> ''),
    actions      text not null,
    review_on    date not null,
    is_closed    boolean not null default false,
    written_by   text not null check (written_by <> ''),
    written_at   timestamptz not null default now(),
    session_role text not null default session_user
);

create index confirmations_person on people.confirmations (force, list, person_id);
create index plans_person on people.plans (force, list, person_id);

-- For analysts only, never on a list: who was suspected together with whom.
create table people.co_offending (
    force               text not null,
    person_id           text not null,
    partners            integer not null,
    weight              double precision not null,
    core_number         integer not null,
    component           integer not null,
    component_size      integer not null,
    computed_at         timestamptz not null default now(),
    primary key (force, person_id)
);
