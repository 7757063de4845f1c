-- DuckDB. `links` (l, r, strength, is_merge) from what people decided, the source,
-- equal national ids and the model, the surest first: 4 a reviewer, 3 the source, 2 a
-- number, below 1 a probability. `lifted` are pairs that a person called one person,
-- `barred` those that a person called two.
create table decisions as
select
    least(one.unique_id, other.unique_id) as l,
    greatest(one.unique_id, other.unique_id) as r,
    status
from reviews
inner join records as one
    on reviews.force_l = one.force and reviews.person_l = one.person_id
inner join records as other
    on reviews.force_r = other.force and reviews.person_r = other.person_id;

create table merged_at_source as
select
    least(one.unique_id, other.unique_id) as l,
    greatest(one.unique_id, other.unique_id) as r,
    bool_and(is_undone) as is_undone
from source_merges as merge
inner join records as one
    on merge.force = one.force and merge.surviving_person_id = one.person_id
inner join records as other
    on merge.force = other.force and merge.merged_person_id = other.person_id
where one.unique_id <> other.unique_id
group by l, r;

create table barred as
select l, r from decisions where status = 'rejected'
union
select l, r
from merged_at_source
anti join (from decisions where status = 'accepted') using (l, r)
where is_undone and $unmerged_forbids;

create table lifted as
select l, r, 4.0 as strength from decisions where status = 'accepted'
union all
select l, r, 3.0 as strength
from merged_at_source
anti join decisions using (l, r)
where not is_undone;

create table links as
select l, r, max(strength) as strength, bool_or(is_merge) as is_merge
from (
    select l, r, strength, true as is_merge from lifted
    union all
    select one.unique_id as l, other.unique_id as r, 2.0 as strength, true as is_merge
    from records as one
    inner join records as other
        on one.national_id = other.national_id and one.unique_id < other.unique_id
    where one.national_id in (
        select national_id from records
        where national_id is not null
        group by national_id having count(*) between 2 and $block
    )
    union all
    select l, r, probability as strength, not needs_asking as is_merge
    from pairs
)
group by l, r;
