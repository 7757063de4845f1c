-- Who goes from `linkage.persons`, by a run or an erasure, goes from the blocks too.
create or replace function linkage.leave_blocks() returns trigger language plpgsql as $$
begin
    delete from linkage.blocks
    using (select unnest(keys) as key, force, person_id from gone) as former
    where blocks.key = former.key
        and blocks.force = former.force
        and blocks.person_id = former.person_id;
    return null;
end
$$;

-- A warehouse that was made in between may have it.
drop trigger if exists leave_blocks on linkage.persons;

create trigger leave_blocks after delete on linkage.persons
referencing old table as gone for each statement
execute function linkage.leave_blocks();

-- What a trigger was not there to take away.
truncate linkage.blocks;

insert into linkage.blocks (key, force, person_id)
select unnest(keys), force, person_id from linkage.persons;
