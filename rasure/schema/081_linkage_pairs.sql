-- Pairs of source persons; the elder stands left.
-- Every pair that scored the threshold for review or more; `needs_asking` unless it is
-- to be merged without.
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

-- What a person is asked, and what was answered; the answer lasts. `probability` is
-- null where somebody decided without being asked.
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

-- Erase every trace of a source person, history and decisions included. Landing calls
-- it in the transaction of a deletion; the next `rasure link` mends the golden ids.
create function linkage.erase_person(force_name text, person text) returns void
language sql as $$
    delete from linkage.persons where force = force_name and person_id = person;
    delete from linkage.golden_ids where force = force_name and person_id = person;
    delete from linkage.pairs where force_l = force_name and person_l = person;
    delete from linkage.pairs where force_r = force_name and person_r = person;
    delete from linkage.reviews where force_l = force_name and person_l = person;
    delete from linkage.reviews where force_r = force_name and person_r = person;
$$;
