-- What lets a run of linkage on a few records read only those that may be theirs.

-- The blocks a record is in, by hash: who shares one is compared.
alter table linkage.persons add column keys bigint[] not null default '{}';
create index persons_keys on linkage.persons using gin (keys);

-- The golden id of each record that was erased since the last run.
create table linkage.disturbed (
    number    bigint generated always as identity primary key,
    golden_id text not null
);

create or replace function linkage.erase_person(force_name text, person text)
returns void language sql as $$
    delete from linkage.persons where force = force_name and person_id = person;
    insert into linkage.disturbed (golden_id)
    select golden_id from linkage.golden_ids
    where force = force_name and person_id = person and effective_to is null;
    delete from linkage.golden_ids where force = force_name and person_id = person;
    delete from linkage.pairs where force_l = force_name and person_l = person;
    delete from linkage.pairs where force_r = force_name and person_r = person;
    delete from linkage.reviews where force_l = force_name and person_l = person;
    delete from linkage.reviews where force_r = force_name and person_r = person;
$$;
