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

-- Who goes from `linkage.persons`, by a run or an erasure, goes from the blocks too.
create function linkage.leave_blocks() returns trigger language plpgsql as $$
begin
    delete from linkage.blocks
    using (select unnest(keys) as key, force, person_id from gone) as former
    where blocks.key = former.key
        and blocks.force = former.force
        and blocks.person_id = former.person_id;
    return null;
end
$$;

create trigger leave_blocks after delete on linkage.persons
referencing old table as gone for each statement
execute function linkage.leave_blocks();
