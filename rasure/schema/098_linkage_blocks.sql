-- Who is in each block, by hash. A btree of its rows is made in a third of the time of
-- an inverted index of the arrays in `linkage.persons`, which say what to take away.
create table linkage.blocks (
    key       bigint not null,
    force     text not null,
    person_id text not null
);
insert into linkage.blocks (key, force, person_id)
select unnest(keys), force, person_id from linkage.persons;
create index blocks_key on linkage.blocks (key);
drop index linkage.persons_keys;

-- `linkage.persons` comes first, where a run that writes holds an erasure back.
create or replace function linkage.erase_person(force_name text, person text)
returns void language sql as $$
    with gone as (
        delete from linkage.persons where force = force_name and person_id = person
        returning keys
    )
    delete from linkage.blocks using gone
    where blocks.key = any(gone.keys)
        and blocks.force = force_name and blocks.person_id = person;
    insert into linkage.disturbed (golden_id)
    select golden_id from linkage.golden_ids
    where force = force_name and person_id = person and effective_to is null;
    delete from linkage.golden_ids where force = force_name and person_id = person;
    delete from linkage.pairs where force_l = force_name and person_l = person;
    delete from linkage.pairs where force_r = force_name and person_r = person;
    delete from linkage.reviews where force_l = force_name and person_l = person;
    delete from linkage.reviews where force_r = force_name and person_r = person;
$$;
