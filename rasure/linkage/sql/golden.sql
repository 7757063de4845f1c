-- DuckDB. A person's golden id is a hash of their eldest record. It depends only on
-- which records belong together, not on earlier runs.
create table own_ids as
select
    unique_id,
    left(sha256(force || '|' || person_id), 20) as golden_id
from records;

create table assigned as
select
    records.force,
    records.person_id,
    persons.head,
    own_ids.golden_id,
    records.golden_before
from records
inner join persons using (unique_id)
inner join own_ids on persons.head = own_ids.unique_id;

create table changes as
select
    assigned.force,
    assigned.person_id,
    assigned.golden_id,
    case
        when golden_before is null then 'new'
        when elder.unique_id is null then 'elder erased'
        when assigned.head < elder.unique_id then 'merged'
        else 'separated'
    end as reason
from assigned
left join own_ids as elder on assigned.golden_before = elder.golden_id
where assigned.golden_before is distinct from assigned.golden_id;
