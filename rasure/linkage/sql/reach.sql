-- PostgreSQL. Add to `wanted` all records connected with one in it: by a pair, a
-- decision, the current golden id or, where there is a relation of them, a merge at the
-- source.
insert into wanted (force, person_id)
with recursive

reached as (
    select force, person_id from wanted
    union
    select linked.force, linked.person_id
    from reached
    cross join lateral (
        select force_r as force, person_r as person_id from linkage.pairs
        where force_l = reached.force and person_l = reached.person_id
        union all
        select force_l, person_l from linkage.pairs
        where force_r = reached.force and person_r = reached.person_id
        union all
        select force_r, person_r from linkage.reviews
        where force_l = reached.force and person_l = reached.person_id
        union all
        select force_l, person_l from linkage.reviews
        where force_r = reached.force and person_r = reached.person_id
        union all
        select mates.force, mates.person_id
        from linkage.golden_ids as own
        inner join linkage.golden_ids as mates
            on own.golden_id = mates.golden_id and mates.effective_to is null
        where own.effective_to is null
            and own.force = reached.force and own.person_id = reached.person_id
        $merges
    ) as linked
)

select force, person_id from reached
on conflict do nothing;

analyze wanted;
